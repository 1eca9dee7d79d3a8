import { createAdaptorServer } from '@hono/node-server';
import { keepAdopted } from '@soteria/shared/settings/adopted-clusters.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { createTestBench } from '../test-bench.ts';

function open() {
  const bench = createTestBench();
  bench.cluster.seed({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'kube-system', uid: 'uid-here', creationTimestamp: '2026-01-31T00:30:00Z' },
  });
  const http = supertest(createAdaptorServer({ fetch: bench.app.fetch }));

  /** A backup that another cluster made now. */
  async function makeBackup(name: string, clusterId: string): Promise<void> {
    const snapshot = { name, volume: 'vol-1', marks: {} };
    await bench.longhorn.snapshots.create(snapshot, { isDryRun: false });
    bench.longhorn.finishSnapshot(name);
    const catalogue = {
      [catalogueKeys.managed]: 'true',
      [catalogueKeys.clusterId]: clusterId,
      [catalogueKeys.clusterUid]: 'uid-there',
      [catalogueKeys.namespace]: 'shop',
      [catalogueKeys.pvc]: 'data',
    };
    const draft = { name, volume: 'vol-1', backupTargetName: 'default', snapshotName: name, mode: 'full' as const };
    await bench.longhorn.backups.create({ ...draft, marks: {}, catalogue }, { isDryRun: false });
    bench.longhorn.finishBackup(name);
  }
  return { ...bench, http, makeBackup };
}

describe('GET /v1/backups', () => {
  it('says that another living cluster writes under this cluster’s id', async () => {
    const { http, makeBackup } = open();
    await makeBackup('twin', 'cluster-1');
    const { body } = await http.get('/v1/backups?namespace=shop').expect(200);
    expect(body.items).toHaveLength(1);
    expect(body.problems).toMatchObject([{ code: 'cluster_id_shared', why: expect.stringMatching(/uid-there/) }]);
  });

  it('shows an adopted cluster’s points as own, and accuses nobody', async () => {
    const { http, makeBackup, cluster } = open();
    await makeBackup('theirs', 'away');
    const before = await http.get('/v1/backups').expect(200);
    expect(before.body.items).toMatchObject([{ origin: 'other-cluster', cluster_id: 'away' }]);
    const record = { clusterId: 'away', adoptedBy: 'ann', adoptedAt: '2026-01-31T01:00:00Z' };
    await keepAdopted(cluster.client, 'soteria', record);
    const after = await http.get('/v1/backups').expect(200);
    expect(after.body.items).toMatchObject([{ origin: 'own', cluster_id: 'away' }]);
    expect(after.body.problems).toBeUndefined();
  });

  it('stamps on a point which cluster made it, beside the id it was given', async () => {
    const { http, longhorn } = open();
    const asked = await http.post('/v1/backup').send({ namespace: 'shop', pvc: 'data' }).expect(202);
    longhorn.step();
    await http
      .post('/')
      .set({ 'ce-specversion': '1.0', 'ce-id': 'w', 'ce-source': '/t', 'ce-type': 'dev.knative.apiserver.ref.update' })
      .send({
        apiVersion: 'longhorn.io/v1beta2',
        kind: 'Snapshot',
        namespace: 'longhorn-system',
        name: asked.body.backup,
      })
      .expect(204);
    const [made] = await longhorn.backups.list({});
    expect(made?.catalogue).toMatchObject({
      [catalogueKeys.clusterId]: 'cluster-1',
      [catalogueKeys.clusterUid]: 'uid-here',
    });
  });
});

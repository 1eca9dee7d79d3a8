import { createAdaptorServer } from '@hono/node-server';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { createTestBench } from '../test-bench.ts';

const labels = { namespace: 'shop', name: 'mine' };

/** A backup of nobody, of `vol-1`, and a claim `mine` that names the persistent volume over it. */
async function open(phase: string, claimRef: object, metadata: object = {}, catalogue: Record<string, string> = {}) {
  const bench = createTestBench();
  bench.cluster.seed(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { ...labels, uid: 'uid-mine', ...metadata },
      spec: { volumeName: 'pv-of-vol-1' },
      status: { phase },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pv-of-vol-1' },
      spec: { claimRef, csi: { driver: 'driver.longhorn.io', volumeHandle: 'vol-1' } },
    },
  );
  await bench.longhorn.snapshots.create({ name: 'old', volume: 'vol-1', marks: {} }, { isDryRun: false });
  bench.longhorn.finishSnapshot('old');
  const draft = {
    name: 'old',
    volume: 'vol-1',
    backupTargetName: 'default',
    snapshotName: 'old',
    mode: 'full' as const,
  };
  await bench.longhorn.backups.create({ ...draft, marks: {}, catalogue }, { isDryRun: false });
  bench.longhorn.finishBackup('old');
  return supertest(createAdaptorServer({ fetch: bench.app.fetch }));
}

describe('GET /v1/backups of one claim', () => {
  it('shows a point of nobody to the claim its volume is bound to', async () => {
    const http = await open('Bound', { ...labels, uid: 'uid-mine' });
    const { body } = await http.get('/v1/backups?namespace=shop&pvc=mine').expect(200);
    expect(body).toMatchObject({ volume: 'vol-1', items: [{ id: 'longhorn:default/old' }] });
  });

  it('says when a point is of an earlier volume, and when the claim is Terminating', async () => {
    const claimRef = { ...labels, uid: 'uid-mine' };
    const made = {
      [catalogueKeys.managed]: 'true',
      [catalogueKeys.clusterId]: 'cluster-1',
      [catalogueKeys.namespace]: 'shop',
      [catalogueKeys.pvc]: 'mine',
    };
    const present = await open('Bound', claimRef, {}, made);
    const same = await present.get('/v1/backups?namespace=shop&pvc=mine').expect(200);
    expect(same.body).toMatchObject({
      claim: { volume: 'vol-1', terminating_since: null },
      notices: [],
      items: [{ of_earlier_volume: false }],
    });
    const again = await open('Pending', claimRef, {}, made);
    const earlier = await again.get('/v1/backups?namespace=shop&pvc=mine').expect(200);
    expect(earlier.body).toMatchObject({
      claim: { volume: null, terminating_since: null },
      notices: [expect.stringMatching(/longhorn:default\/old is of volume vol-1, an earlier one/)],
      items: [{ of_earlier_volume: true }],
    });
    const since = '2026-01-31T01:00:00Z';
    const going = await open('Bound', claimRef, {
      deletionTimestamp: since,
      finalizers: ['kubernetes.io/pvc-protection'],
    });
    const leaving = await going.get('/v1/backups?namespace=shop&pvc=mine').expect(200);
    expect(leaving.body).toMatchObject({
      claim: { volume: 'vol-1', terminating_since: since },
      notices: [`claim shop/mine is Terminating since ${since}`],
      items: [{ of_earlier_volume: false }],
    });
    const all = await going.get('/v1/backups').expect(200);
    expect(all.body).toMatchObject({ claim: null, notices: [], items: [{ of_earlier_volume: null }] });
  });

  it.each<[string, string, object]>([
    ['is bound to another', 'Bound', { namespace: 'bank', name: 'vault', uid: 'uid-vault' }],
    ['was bound to one that had its name', 'Bound', { ...labels, uid: 'uid-before' }],
    ['it waits for', 'Pending', { namespace: 'bank', name: 'vault', uid: 'uid-vault' }],
  ])('shows nothing to a claim that names a volume which %s', async (_title, phase, claimRef) => {
    const http = await open(phase, claimRef);
    const { body } = await http.get('/v1/backups?namespace=shop&pvc=mine').expect(200);
    expect(body).toMatchObject({ volume: null, items: [] });
  });
});

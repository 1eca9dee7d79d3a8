import { createAdaptorServer } from '@hono/node-server';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { createTestBench } from '../test-bench.ts';

const labels = { namespace: 'shop', name: 'mine' };

/** A backup of nobody, of `vol-1`, and a claim `mine` that names the persistent volume over it. */
async function open(phase: string, claimRef: object) {
  const bench = createTestBench();
  bench.cluster.seed(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { ...labels, uid: 'uid-mine' },
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
  await bench.longhorn.backups.create({ ...draft, marks: {}, catalogue: {} }, { isDryRun: false });
  bench.longhorn.finishBackup('old');
  return supertest(createAdaptorServer({ fetch: bench.app.fetch }));
}

describe('GET /v1/backups of one claim', () => {
  it('shows a point of nobody to the claim its volume is bound to', async () => {
    const http = await open('Bound', { ...labels, uid: 'uid-mine' });
    const { body } = await http.get('/v1/backups?namespace=shop&pvc=mine').expect(200);
    expect(body).toMatchObject({ volume: 'vol-1', items: [{ id: 'longhorn:default/old' }] });
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

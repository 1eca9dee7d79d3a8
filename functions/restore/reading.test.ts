/** A URL unknown to this cluster (SA-16): Longhorn is asked to read the target it stands on, and the restore goes on when it has. */
import { createAdaptorServer } from '@hono/node-server';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import { backupTargets } from '@soteria/shared/longhorn/resource-types.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { advanceOperation } from './advance.ts';
import { shape } from '../../drivers/longhorn/restore/fixtures.ts';
import { backupObject, createTestBench, silent } from './test-bench.ts';

const store = 's3://other@region/path';
const url = `${store}?volume=vol-7&backup=migrated`;
const ask = { namespace: 'shop', pvc: 'data', target_pvc: 'data-2', backup_url: url };

function open(targetUrl = `${store}/`) {
  const bench = createTestBench();
  bench.cluster.seed({
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'BackupTarget',
    metadata: { name: 'second', namespace: 'longhorn-system' },
    spec: { backupTargetURL: targetUrl },
    status: { available: true, lastSyncedAt: '2026-01-31T01:00:00Z' },
  });
  return { ...bench, http: supertest(createAdaptorServer({ fetch: bench.app.fetch })) };
}

type Bench = ReturnType<typeof open>;

const ofShop = {
  [catalogueKeys.managed]: 'true',
  [catalogueKeys.clusterId]: 'the-old-cluster',
  [catalogueKeys.namespace]: 'shop',
  [catalogueKeys.pvc]: 'data',
  [catalogueKeys.claimShape]: JSON.stringify(shape),
};

/** What a poll of Longhorn brings. */
function read(bench: Bench, catalogue: Readonly<Record<string, string>> = ofShop): void {
  const backup = backupObject({ name: 'migrated', at: '2026-01-30T00:00:00Z', catalogue });
  const status = { ...(backup['status'] as object), url: `${store}/?backup=migrated&volume=vol-7` };
  bench.cluster.seed({ ...backup, status: { ...status, backupTargetName: 'second' } });
}

const askedAt = async ({ client }: Bench) =>
  (await client.get(backupTargets, { namespace: 'longhorn-system', name: 'second' }))?.spec.syncRequestedAt;

const wake = (bench: Bench, name: string) =>
  advanceOperation(bench.tools, { namespace: 'shop', name }, { log: silent });

describe('the URL of a backup that Longhorn does not list', () => {
  it('has its target read, waits, and is restored as soon as it is there', async () => {
    const bench = open();
    const { body } = await bench.http.post('/v1/restores').send(ask).expect(202);
    expect(body).toMatchObject({ phase: 'Pending', message: expect.stringContaining('reads backup target second') });
    expect(await askedAt(bench)).toBe('2026-01-31T01:30:01.000Z');
    expect(await bench.slots.entries()).toEqual([]);
    read(bench);
    bench.pass(2_000);
    expect((await wake(bench, body.operation))?.status?.phase).toBe('Running');
    for (let round = 0; round < 6; round += 1) {
      await bench.step();
      await wake(bench, body.operation);
    }
    const done = await bench.store.get({ namespace: 'shop', name: body.operation });
    expect(done?.status).toMatchObject({ phase: 'Succeeded', result: { restorePoint: 'longhorn:second/migrated' } });
  });

  it('is not asked for more often than every ten seconds', async () => {
    const bench = open();
    const { body } = await bench.http.post('/v1/restores').send(ask).expect(202);
    const first = await askedAt(bench);
    bench.pass(9_000);
    await wake(bench, body.operation);
    expect(await askedAt(bench)).toBe(first);
    bench.pass(1_000);
    await wake(bench, body.operation);
    expect(await askedAt(bench)).not.toBe(first);
  });

  it('is given up after a while, with what Longhorn has read', async () => {
    const bench = open();
    const { body } = await bench.http.post('/v1/restores').send(ask).expect(202);
    bench.pass(900_000);
    const failed = await wake(bench, body.operation);
    expect(failed?.status).toMatchObject({ phase: 'Failed', error: { code: 'restore_point_not_found' } });
    expect(failed?.status?.error?.why).toContain('backup target second at 2026-01-31T01:00:00Z');
  });

  it('is refused at once where no target has that store, and says what to add', async () => {
    const bench = open('s3://elsewhere@region/');
    const { body } = await bench.http.post('/v1/restores').send(ask).expect(404);
    expect(body.fix).toContain(`add a backup target with the URL ${store} `);
    const none = await bench.http.post('/v1/restores').send({ ...ask, backup_url: 's3://other@region/path' });
    expect(none.status).toBe(404);
    expect(none.body.why).toContain('no ?backup=');
  });

  it('is reported in a dry run, which asks Longhorn for nothing', async () => {
    const bench = open();
    const { body } = await bench.http
      .post('/v1/restores')
      .send({ ...ask, dry_run: true })
      .expect(200);
    expect(body).toMatchObject({ restore_point: null, blocked_by: [], reads_target: 'second' });
    expect(await askedAt(bench)).toBeUndefined();
  });

  it.each<[string, Readonly<Record<string, string>>, boolean, string]>([
    ['of nobody, by who may ask everywhere', {}, true, 'Running'],
    ['of nobody, by who may not', {}, false, 'Failed'],
    ['of another claim, by whoever', { ...ofShop, [catalogueKeys.pvc]: 'media' }, true, 'Failed'],
    ['of this claim, by who may ask here', ofShop, false, 'Running'],
  ])('that turns out to be %s: %j', async (_title, catalogue, mayAskEverywhere, phase) => {
    const bench = open();
    if (!mayAskEverywhere) bench.refused.add('all');
    const { body } = await bench.http.post('/v1/restores').send(ask).expect(202);
    read(bench, catalogue);
    bench.pass(2_000);
    expect((await wake(bench, body.operation))?.status?.phase).toBe(phase);
  });

  it('is the same as one whose members stand in another order', async () => {
    const bench = open();
    read(bench);
    const { body } = await bench.http.post('/v1/restores').send(ask).expect(202);
    expect(body).toMatchObject({ phase: 'Running', backup: 'migrated' });
  });
});

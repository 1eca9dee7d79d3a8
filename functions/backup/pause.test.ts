/** The one switch: obeyed before any create or delete, shown in every answer, and nothing is lost by it. */
import { createAdaptorServer } from '@hono/node-server';
import { settingsName } from '@soteria/shared/settings/paused.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { advanceOperation } from './advance.ts';
import { createTestBench, silent } from './test-bench.ts';

const ref = { namespace: 'soteria', name: settingsName };

function open() {
  const bench = createTestBench();
  return { ...bench, http: supertest(createAdaptorServer({ fetch: bench.app.fetch })) };
}

type Bench = ReturnType<typeof open>;

async function setPaused({ cluster }: Bench, paused: 'true' | 'false'): Promise<void> {
  const found = await cluster.client.get(configMaps, ref);
  if (found === undefined) {
    cluster.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: ref, data: { paused } });
  } else await cluster.client.patch(configMaps, ref, { data: { paused } });
}

async function sweep({ tools, store, longhorn, pass }: Bench): Promise<void> {
  for (const { metadata } of await store.list({ namespace: 'shop' })) {
    await advanceOperation(tools, { namespace: 'shop', name: metadata.name }, { log: silent });
  }
  longhorn.step();
  pass(2_000);
}

async function whatLonghornHolds({ longhorn }: Bench): Promise<[number, number]> {
  return [(await longhorn.snapshots.listOfVolume('vol-1')).length, (await longhorn.backups.list({})).length];
}

const ask = { namespace: 'shop', pvc: 'data' };

describe('the switch', () => {
  it('lets a request be recorded, says so, makes nothing, and the next sweep after it goes on', async () => {
    const bench = open();
    await setPaused(bench, 'true');
    const asked = await bench.http.post('/v1/backup').send(ask).expect(202).expect('Soteria-Paused', 'true');
    expect(asked.body).toMatchObject({ phase: 'Pending', paused: true, message: expect.stringContaining('is paused') });
    for (let round = 0; round < 5; round += 1) await sweep(bench);
    expect(await whatLonghornHolds(bench)).toEqual([0, 0]);

    await setPaused(bench, 'false');
    for (let round = 0; round < 8; round += 1) await sweep(bench);
    const operation = await bench.store.get({ namespace: 'shop', name: asked.body.operation });
    expect(operation?.status).toMatchObject({ phase: 'Succeeded' });
    const ended = await bench.http.get('/v1/backups?namespace=shop&pvc=data').expect(200);
    expect(ended.body).not.toHaveProperty('paused');
    expect(ended.headers).not.toHaveProperty('soteria-paused');
  });

  it('thrown at any step holds every further create and delete, and what was begun ends once', async () => {
    for (let steps = 0; steps < 6; steps += 1) {
      const bench = open();
      await bench.http.post('/v1/backup').send(ask).expect(202);
      for (let round = 0; round < steps; round += 1) await sweep(bench);
      await setPaused(bench, 'true');
      const before = await whatLonghornHolds(bench);
      for (let round = 0; round < 5; round += 1) await sweep(bench);
      expect(await whatLonghornHolds(bench)).toEqual(before);
      await setPaused(bench, 'false');
      for (let round = 0; round < 8; round += 1) await sweep(bench);
      const [operation] = await bench.store.list({ namespace: 'shop' });
      expect(operation?.status).toMatchObject({ phase: 'Succeeded', settled: true });
      expect(await whatLonghornHolds(bench)).toEqual([1, 1]);
    }
  });

  it('does not keep anybody from cancelling; the tidying waits', async () => {
    const bench = open();
    const asked = await bench.http.post('/v1/backup').send(ask).expect(202);
    await setPaused(bench, 'true');
    await bench.cancel(asked.body.operation);
    const cancelled = await bench.store.get({ namespace: 'shop', name: asked.body.operation });
    expect(cancelled?.status).toMatchObject({ phase: 'Cancelled' });
    expect(await whatLonghornHolds(bench)).toEqual([1, 0]);
    await setPaused(bench, 'false');
    await sweep(bench);
    expect(await whatLonghornHolds(bench)).toEqual([0, 0]);
  });

  it('holds the tidying of what a deleted Operation has left, without an error to those who tell of it', async () => {
    const bench = open();
    const { body } = await bench.http.post('/v1/backup').send(ask).expect(202);
    await setPaused(bench, 'true');
    await bench.cluster.client.delete(operations, { namespace: 'shop', name: body.operation });
    const tell = (type: string, data: object) =>
      bench.http
        .post('/')
        .set({ 'ce-specversion': '1.0', 'ce-id': crypto.randomUUID(), 'ce-source': 'https://10.96.0.1:443' })
        .set('ce-type', type)
        .send(data);
    const reference = { apiVersion: 'longhorn.io/v1beta2', namespace: 'longhorn-system', name: body.backup };
    await tell('dev.knative.apiserver.ref.update', { ...reference, kind: 'Snapshot' }).expect(204);
    await tell('dev.soteria.leftovers.due.v1', { function: 'backup' }).expect(204);
    expect(await whatLonghornHolds(bench)).toEqual([1, 0]);
    await setPaused(bench, 'false');
    await tell('dev.soteria.leftovers.due.v1', { function: 'backup' }).expect(204);
    expect(await whatLonghornHolds(bench)).toEqual([0, 0]);
  });

  it('is reported in lists, plans and refusals too', async () => {
    const bench = open();
    await setPaused(bench, 'true');
    const list = await bench.http
      .get('/v1/backups?namespace=shop&pvc=data')
      .expect(200)
      .expect('Soteria-Paused', 'true');
    expect(list.body.paused).toBe(true);
    const plan = await bench.http
      .post('/v1/backup')
      .send({ ...ask, dry_run: true })
      .expect(200);
    expect(plan.body).toMatchObject({ dry_run: true, paused: true });
    await bench.http.get('/v1/backups?pvc=').expect(400).expect('Soteria-Paused', 'true');
  });
});

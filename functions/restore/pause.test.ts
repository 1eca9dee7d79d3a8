/** The one switch: a restore makes nothing and removes nothing while it is on, and goes on from there. */
import { createAdaptorServer } from '@hono/node-server';
import { configMaps, persistentVolumeClaims } from '@soteria/shared/kubernetes/core-types.ts';
import { settingsName } from '@soteria/shared/settings/paused.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import supertest from 'supertest';
import { expect, it } from 'vitest';
import { advanceOperation } from './advance.ts';
import { createTestBench, silent } from './test-bench.ts';

const ref = { namespace: 'soteria', name: settingsName };
const target = { namespace: 'shop', name: 'data-2' };

function open() {
  const bench = createTestBench();
  bench.seedBackups({ name: 'monday', at: '2026-01-26T02:00:00Z' });
  return { ...bench, http: supertest(createAdaptorServer({ fetch: bench.app.fetch })) };
}

type Bench = ReturnType<typeof open>;

async function setPaused({ cluster, client }: Bench, paused: 'true' | 'false'): Promise<void> {
  if ((await client.get(configMaps, ref)) !== undefined) await client.patch(configMaps, ref, { data: { paused } });
  else cluster.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: ref, data: { paused } });
}

async function sweep(bench: Bench): Promise<void> {
  for (const { metadata } of await bench.store.list({ namespace: 'shop' })) {
    await advanceOperation(bench.tools, { namespace: 'shop', name: metadata.name }, { log: silent });
  }
  await bench.step();
  bench.pass(2_000);
}

it('nothing is made while Soteria is paused, and everything after', async () => {
  const bench = open();
  await setPaused(bench, 'true');
  const asked = await bench.http
    .post('/v1/restores')
    .send({ namespace: 'shop', pvc: 'data', target_pvc: target.name })
    .expect(202)
    .expect('Soteria-Paused', 'true');
  expect(asked.body).toMatchObject({ paused: true });
  for (let round = 0; round < 4; round += 1) await sweep(bench);
  const [held] = await bench.store.list({ namespace: 'shop' });
  expect(held?.status).toMatchObject({ phase: 'Pending', message: expect.stringContaining('is paused') });
  expect(await bench.client.get(persistentVolumeClaims, target)).toBeUndefined();

  await setPaused(bench, 'false');
  for (let round = 0; round < 10; round += 1) await sweep(bench);
  const [ended] = await bench.store.list({ namespace: 'shop' });
  expect(ended?.status).toMatchObject({ phase: 'Succeeded', settled: true });
  expect(await bench.client.get(persistentVolumeClaims, target)).toBeDefined();
});

it('thrown while a restore runs, nothing of a cancelled one is removed until it is off', async () => {
  const bench = open();
  const ask = { namespace: 'shop', pvc: 'data', target_pvc: target.name };
  const { operation } = (await bench.http.post('/v1/restores').send(ask).expect(202)).body as { operation: string };
  await sweep(bench);
  expect(await bench.client.get(persistentVolumeClaims, target)).toBeDefined();
  await setPaused(bench, 'true');
  await bench.http.post(`/v1/restores/${operation}/cancel?namespace=shop`).expect(202);
  for (let round = 0; round < 3; round += 1) await sweep(bench);
  expect(await bench.client.get(persistentVolumeClaims, target)).toBeDefined();
  await setPaused(bench, 'false');
  for (let round = 0; round < 5; round += 1) await sweep(bench);
  expect(await bench.client.get(persistentVolumeClaims, target)).toBeUndefined();
});

it('holds the tidying of what a deleted restore has left, without an error to those who report it', async () => {
  const bench = open();
  const ask = { namespace: 'shop', pvc: 'data', target_pvc: target.name };
  const { operation } = (await bench.http.post('/v1/restores').send(ask).expect(202)).body as { operation: string };
  await sweep(bench);
  await setPaused(bench, 'true');
  await bench.client.delete(operations, { namespace: 'shop', name: operation });
  const tell = (type: string, data: object) =>
    bench.http
      .post('/')
      .set({ 'ce-specversion': '1.0', 'ce-id': crypto.randomUUID(), 'ce-source': 'https://10.96.0.1:443' })
      .set('ce-type', type)
      .send(data);
  const reference = { apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', namespace: 'shop', name: operation };
  await tell('dev.knative.apiserver.ref.delete', reference).expect(204);
  await tell('dev.soteria.leftovers.due.v1', { function: 'restore' }).expect(204);
  expect(await bench.client.get(persistentVolumeClaims, target)).toBeDefined();
  await setPaused(bench, 'false');
  await tell('dev.soteria.leftovers.due.v1', { function: 'restore' }).expect(204);
  expect(await bench.client.get(persistentVolumeClaims, target)).toBeUndefined();
});

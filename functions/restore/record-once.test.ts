import { createAdaptorServer } from '@hono/node-server';
import { namespaces } from '@soteria/shared/kubernetes/core-types.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { createTestBench } from './test-bench.ts';

async function open() {
  const bench = createTestBench();
  bench.seedBackups({ name: 'point', at: '2026-01-30T01:00:00Z' });
  for (const name of ['soteria-proof', 'copy']) {
    await bench.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  return { ...bench, http: supertest(createAdaptorServer({ fetch: bench.app.fetch })) };
}

const claim = { namespace: 'shop', pvc: 'data' };
const doors: readonly (readonly [path: string, body: object, other: object, differsIn: readonly string[]])[] = [
  [
    '/v1/restores',
    { ...claim, target_pvc: 'data-2' },
    { ...claim, target_pvc: 'data-3', size: '2Gi' },
    ['target_pvc', 'size'],
  ],
  ['/v1/restore-test', claim, { ...claim, verify: { files: { min: 1 } } }, ['verify']],
  [
    '/v1/restores/namespace',
    { namespace: 'shop', target_namespace: 'copy' },
    { namespace: 'shop', target_namespace: 'copy', name_suffix: '-2' },
    ['name_suffix'],
  ],
  ['/v1/selftest', {}, { size: '1Gi' }, ['size']],
];

describe.each(doors)('POST %s', (path, body, other, differsIn) => {
  it('is recorded once when it comes twice at once, in different seconds', async () => {
    const bench = await open();
    const { store } = bench;
    const create = store.create.bind(store);
    const send = () => bench.http.post(path).set('idempotency-key', 'k1').send(body).expect(202);
    let first: unknown;
    // The other request is asked and recorded wholly after this one was looked for and before it is recorded.
    Object.assign(store, {
      create: async (...given: Parameters<typeof create>) => {
        Object.assign(store, { create });
        bench.pass(1_000);
        first = (await send()).body.operation;
        bench.pass(1_000);
        return create(...given);
      },
    });
    const second = await send();
    expect(second.body).toMatchObject({ operation: first, repeated: true });
    const asked = (await store.list({})).filter(({ spec }) => spec.cause?.parent === undefined);
    expect(asked.map(({ metadata }) => metadata.name)).toEqual([first]);
  });

  it('is refused with the key of another request, and the refusal says what differs', async () => {
    const bench = await open();
    const send = (some: object) => bench.http.post(path).set('idempotency-key', 'k1').send(some);
    await send(body).expect(202);
    const refusal = await send(other).expect(409);
    expect(refusal.body).toMatchObject({ code: 'conflict', differs_in: differsIn });
  });

  it.each(['', 'k'.repeat(256)])('is a 400 with an Idempotency-Key that cannot be recorded', async (key) => {
    const bench = await open();
    const refusal = await bench.http.post(path).set('idempotency-key', key).send(body).expect(400);
    expect(refusal.body).toMatchObject({ code: 'invalid_request', why: expect.stringContaining('Idempotency-Key') });
    expect(await bench.store.list({})).toEqual([]);
  });
});

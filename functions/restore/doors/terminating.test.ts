import { configMaps, namespaces } from '@soteria/shared/kubernetes/core-types.ts';
import { expect, it } from 'vitest';
import { createTestBench } from '../test-bench.ts';

/** A bench with namespace `doomed`, which is deleted and not gone yet. */
async function open() {
  const bench = createTestBench();
  bench.seedBackups({ name: 'monday', at: '2026-01-26T02:00:00Z' });
  await bench.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'doomed' } });
  const metadata = { name: 'kept', namespace: 'doomed', finalizers: ['test.dev/keep'] };
  await bench.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  await bench.client.delete(namespaces, { name: 'doomed' });
  const post = (path: string, body: object) =>
    bench.app.fetch(
      new Request(`http://here${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
  return post;
}

it.each([['/v1/restores', { namespace: 'shop', pvc: 'data', target_namespace: 'doomed', target_pvc: 'data' }]])(
  '%s into a namespace that is Terminating is a 409 that says so, and so does its dry run',
  async (path, body) => {
    const post = await open();
    const answer = await post(path, body);
    expect(answer.status).toBe(409);
    const why = expect.stringContaining('namespace doomed is being terminated') as unknown;
    expect(await answer.json()).toMatchObject({ code: 'namespace_terminating', why });
    const plan = await post(path, { ...body, dry_run: true });
    expect(plan.status).toBe(200);
    expect(await plan.json()).toMatchObject({ blocked_by: [{ code: 'namespace_terminating', why }] });
  },
);

/** Linked clones stand on a superseded snapshot: Longhorn refuses to delete it, for good. */
import { expect, it } from 'vitest';
import { createAdaptorServer } from '@hono/node-server';
import supertest from 'supertest';
import { advanceOperation } from './advance.ts';
import { createTestBench, silent } from './test-bench.ts';

it('settles, says once which snapshot stays and why, and removes the next one', async () => {
  const { app, tools, longhorn, store, pass } = createTestBench();
  const http = supertest(createAdaptorServer({ fetch: app.fetch }));

  async function backUp() {
    const asked = await http.post('/v1/backup').send({ namespace: 'shop', pvc: 'data' }).expect(202);
    const { operation, backup } = asked.body as { operation: string; backup: string };
    const ref = { namespace: 'shop', name: operation };
    for (let step = 0; step < 6; step += 1) {
      longhorn.step();
      pass(10_000);
      await advanceOperation(tools, ref, { log: silent });
    }
    return { backup, status: (await store.get(ref))?.status };
  }
  const snapshots = async () => (await longhorn.snapshots.listOfVolume('vol-1')).map(({ name }) => name);

  const first = await backUp();
  longhorn.protectSnapshot(first.backup);
  const second = await backUp();
  expect(second.status).toMatchObject({ phase: 'Succeeded', settled: true });
  expect(second.status?.message).toContain(`snapshot ${first.backup} stays`);
  expect(second.status?.message).toContain('entrypoint for linked-clone');
  expect(await snapshots()).toEqual([first.backup, second.backup]);

  const third = await backUp();
  expect(third.status).toMatchObject({ phase: 'Succeeded', settled: true });
  expect(await snapshots()).toEqual([first.backup, third.backup]);
});

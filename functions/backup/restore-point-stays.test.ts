/** What becomes Completed between the look and the deletion is a restore point: it stays. */
import { expect, it } from 'vitest';
import type { FakeLonghorn } from '@soteria/shared/longhorn/fake.ts';
import { createAdaptorServer } from '@hono/node-server';
import supertest from 'supertest';
import { advanceOperation } from './advance.ts';
import { createTestBench, silent } from './test-bench.ts';

/** Longhorn finishes the upload right after its first report that the upload is in progress. */
function finishAfterBeingSeen(longhorn: FakeLonghorn): () => boolean {
  const get = longhorn.backups.get.bind(longhorn.backups);
  let hasFinished = false;
  Object.assign(longhorn.backups, {
    get: async (...given: Parameters<typeof get>) => {
      const seen = await get(...given);
      if (seen?.state === 'InProgress') {
        longhorn.finishBackup(seen.name);
        hasFinished = true;
      }
      return seen;
    },
  });
  return () => hasFinished;
}

it('keeps a backup that Longhorn completes while its cancelled operation is being tidied up', async () => {
  const { app, tools, longhorn, store } = createTestBench();
  const http = supertest(createAdaptorServer({ fetch: app.fetch }));
  const asked = await http.post('/v1/backup').send({ namespace: 'shop', pvc: 'data' }).expect(202);
  const { operation, backup } = asked.body as { operation: string; backup: string };
  const ref = { namespace: 'shop', name: operation };
  longhorn.step();
  const wake = { ...ref, kind: 'Backup' };
  const due = { 'ce-specversion': '1.0', 'ce-source': '/sweep', 'ce-type': 'dev.soteria.operation.due.v1' };
  await http
    .post('/')
    .set({ ...due, 'ce-id': '1' })
    .send(wake)
    .expect(204);
  longhorn.progressBackup(backup, 10);

  const hasFinished = finishAfterBeingSeen(longhorn);
  const asking = await store.requestCancel(ref);
  await advanceOperation(tools, ref, { log: silent }, { operation: asking });
  expect(hasFinished()).toBe(true);
  expect(await longhorn.backups.get(backup)).toMatchObject({ state: 'Completed' });
  expect(await longhorn.snapshots.get(backup)).toBeDefined();
  const recorded = await store.get(ref);
  expect(recorded?.status).toMatchObject({ phase: 'Cancelled', settled: true });
});

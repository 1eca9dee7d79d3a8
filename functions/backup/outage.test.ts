/** Ten minutes without an API server, at every step of a backup: nothing fails by it, nothing is made twice, nothing is forgotten. */
import { describe, expect, it } from 'vitest';
import { createAdaptorServer } from '@hono/node-server';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { createFunction } from '@soteria/shared/function/create-function.ts';
import { createMetrics } from '@soteria/shared/function/metrics.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { createOutage } from '@soteria/shared/operation/record/testing/outage.ts';
import fc from 'fast-check';
import supertest from 'supertest';
import { createLonghornBackups } from '../../drivers/longhorn/backup/driver.ts';
import { advanceOperation } from './advance.ts';
import { defineBackup } from './app.ts';
import { createTestBench, silent } from './test-bench.ts';
import type { BackupTools } from './tools.ts';

function open() {
  const bench = createTestBench();
  const outage = createOutage();
  const { store, cluster, slots } = bench.tools;
  const behind = { store: outage.behind(store), cluster: outage.behind(cluster) };
  const longhorn = outage.behind(bench.longhorn);
  const tools: BackupTools = {
    ...bench.tools,
    ...behind,
    drivers: { longhorn: createLonghornBackups({ ...bench.parts, ...behind, longhorn }) },
    slots: outage.behind(slots),
  };
  const app = createFunction(defineBackup(tools), {
    authenticate: () => Promise.resolve({ user: 'anonymous', groups: [], proof: 'none' }),
    log: silent,
    metrics: createMetrics(),
    now: bench.now,
    settings: { unsignedEvents: 'backup', maxBodyBytes: 65_536, deadlineMs: 5_000 },
  });
  const http = supertest(createAdaptorServer({ fetch: app.fetch }));
  return { ...bench, tools, http, outage };
}

type Bench = ReturnType<typeof open>;

/** As the sweep does; what fails for now is redelivered by the Broker and swept again. */
async function sweep({ tools, store }: Bench): Promise<number> {
  let failures = 0;
  for (const { metadata } of await store.list({ namespace: 'shop' })) {
    try {
      await advanceOperation(tools, { namespace: 'shop', name: metadata.name }, { log: silent });
    } catch (error) {
      if (!(error instanceof SoteriaError) || !error.isRetryable) throw error;
      failures += 1;
    }
  }
  return failures;
}

it('Longhorn’s webhook away for ten minutes costs no operation either: it is tried again, under the same name', async () => {
  const bench = open();
  const { http, longhorn, pass, store } = bench;
  longhorn.setWebhookDown(true);
  await http.post('/v1/backup').send({ namespace: 'shop', pvc: 'data' }).expect(202);
  let failures = 0;
  for (let minute = 0; minute < 10; minute += 2) {
    failures += await sweep(bench);
    pass(2 * 60_000);
  }
  expect(failures).toBe(5);
  longhorn.setWebhookDown(false);
  for (let round = 0; round < 8; round += 1) {
    await sweep(bench);
    longhorn.step();
    pass(2 * 60_000);
  }
  const [operation] = await store.list({ namespace: 'shop' });
  expect(operation?.status).toMatchObject({ phase: 'Succeeded', work: { attempt: 1 } });
});

describe('an outage of the API server of ten minutes', () => {
  it('costs no operation, at whatever call it begins, and whether or not that call is done', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 5 }),
        fc.nat({ max: 40 }),
        fc.boolean(),
        async (steps, afterCalls, losesAnswer) => {
          const bench = open();
          const { http, longhorn, pass, store, outage } = bench;
          for (const name of ['one', 'two', 'three']) {
            bench.addClaim(name);
            await http.post('/v1/backup').send({ namespace: 'shop', pvc: name }).expect(202);
          }
          for (let step = 0; step < steps; step += 1) {
            longhorn.step();
            await sweep(bench);
          }
          outage.begin({ afterCalls, losesAnswer });
          for (let minute = 0; minute < 10; minute += 2) {
            await sweep(bench);
            // Longhorn itself goes on.
            longhorn.step();
            pass(2 * 60_000);
          }
          outage.end();
          for (let round = 0; round < 16; round += 1) {
            await sweep(bench);
            longhorn.step();
            pass(2 * 60_000);
          }
          const all = await store.list({ namespace: 'shop' });
          expect(all.map(({ status }) => [status?.phase, status?.settled])).toEqual(all.map(() => ['Succeeded', true]));
          const backups = await longhorn.backups.list({});
          expect(backups.filter((one) => whyNotRestorable(one) === undefined)).toHaveLength(3);
          expect(backups).toHaveLength(3);
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);

  it('is in the answer to each request meanwhile, and nothing is half recorded', async () => {
    const { http, store, outage } = open();
    outage.begin();
    const refused = await http.post('/v1/backup').send({ namespace: 'shop', pvc: 'data' }).expect(503);
    expect(refused.body).toMatchObject({ code: 'cluster_unavailable' });
    expect(await store.list({ namespace: 'shop' })).toEqual([]);
  });
});

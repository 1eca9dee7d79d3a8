/** Ten minutes without an API server, at every step of a backup: nothing fails by it, nothing is made twice, nothing is forgotten. */
import { describe, expect, it } from 'vitest';
import { createAdaptorServer } from '@hono/node-server';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { createFunction } from '@soteria/shared/function/create-function.ts';
import { createMetrics } from '@soteria/shared/function/metrics.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import supertest from 'supertest';
import { advanceOperation } from './advance.ts';
import { defineBackup } from './app.ts';
import { createTestBench, silent } from './test-bench.ts';
import type { BackupTools } from './tools.ts';

const down = () =>
  new SoteriaError('cluster_unavailable', { what: 'it was not asked', why: 'the API server is away', fix: 'wait' });

/** Every call of every port fails while the switch is on. */
function behind<T extends object>(port: T, isDown: () => boolean): T {
  return new Proxy(port, {
    get: (object, key) => {
      const member: unknown = Reflect.get(object, key);
      if (typeof member === 'object' && member !== null) return behind(member, isDown);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown =>
        isDown() ? Promise.reject(down()) : (Reflect.apply(member, object, given) as unknown);
    },
  });
}

function open() {
  const bench = createTestBench();
  let isDown = false;
  const isAway = () => isDown;
  const { store, longhorn, cluster, slots } = bench.tools;
  const tools: BackupTools = {
    ...bench.tools,
    store: behind(store, isAway),
    longhorn: behind(longhorn, isAway),
    cluster: behind(cluster, isAway),
    slots: behind(slots, isAway),
  };
  const app = createFunction(defineBackup(tools), {
    authenticate: () => Promise.resolve({ user: 'anonymous', groups: [], proof: 'none' }),
    log: silent,
    metrics: createMetrics(),
    now: bench.now,
    settings: { unsignedEvents: 'backup', maxBodyBytes: 65_536, deadlineMs: 5_000 },
  });
  const http = supertest(createAdaptorServer({ fetch: app.fetch }));
  return { ...bench, tools, http, setDown: (value: boolean) => (isDown = value) };
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
  it('costs no operation, at whatever step it comes', async () => {
    for (let steps = 0; steps < 6; steps += 1) {
      const bench = open();
      const { http, longhorn, pass, store, setDown } = bench;
      for (const name of ['one', 'two', 'three']) {
        bench.addClaim(name);
        await http.post('/v1/backup').send({ namespace: 'shop', pvc: name }).expect(202);
      }
      for (let step = 0; step < steps; step += 1) {
        longhorn.step();
        await sweep(bench);
      }
      setDown(true);
      let failures = 0;
      for (let minute = 0; minute < 10; minute += 2) {
        failures += await sweep(bench);
        // Longhorn itself goes on.
        longhorn.step();
        pass(2 * 60_000);
      }
      expect(failures).toBeGreaterThan(0);
      setDown(false);
      for (let round = 0; round < 12; round += 1) {
        await sweep(bench);
        longhorn.step();
        pass(2 * 60_000);
      }
      const all = await store.list({ namespace: 'shop' });
      expect(all.map(({ status }) => [status?.phase, status?.settled])).toEqual(all.map(() => ['Succeeded', true]));
      const backups = await longhorn.backups.list({});
      expect(backups.filter((one) => whyNotRestorable(one) === undefined)).toHaveLength(3);
      expect(backups).toHaveLength(3);
    }
  });

  it('is told to whoever asks meanwhile, and nothing is half recorded', async () => {
    const { http, store, setDown } = open();
    setDown(true);
    const refused = await http.post('/v1/backup').send({ namespace: 'shop', pvc: 'data' }).expect(503);
    expect(refused.body).toMatchObject({ code: 'cluster_unavailable' });
    expect(await store.list({ namespace: 'shop' })).toEqual([]);
  });
});

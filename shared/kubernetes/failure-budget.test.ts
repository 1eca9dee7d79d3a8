import { describe, expect, it } from 'vitest';
import { configMaps } from './core-types.ts';
import { createFailureBudget } from './failure-budget.ts';
import { createHttpClient } from './http-client.ts';
import {
  answer,
  configMap,
  fakeTime,
  refuse,
  startScriptedServer,
  type Step,
} from '../fakes/kubernetes/scripted-server.ts';

const ref = { name: 'a', namespace: 'shop' };
const found = answer(200, configMap('a'));
const unavailable = refuse(503, 'ServiceUnavailable');
const minute = 60_000;

describe('the budget of failures', () => {
  it('is spent by failures, filled by time, and never above its burst', () => {
    const budget = createFailureBudget({ burst: 2, perMinute: 60 });
    budget.spend(0);
    expect(budget.waitMs(0)).toBe(0);
    budget.spend(0);
    expect(budget.waitMs(0)).toBe(1_000);
    expect(budget.waitMs(400)).toBe(600);
    expect(budget.waitMs(1_000)).toBe(0);
    budget.spend(10 * minute);
    budget.spend(10 * minute);
    expect(budget.waitMs(10 * minute)).toBe(1_000);
  });

  it('owes for the calls that were on their way', () => {
    const budget = createFailureBudget({ burst: 1, perMinute: 60 });
    for (let count = 0; count < 5; count += 1) budget.spend(0);
    expect(budget.waitMs(0)).toBe(5_000);
  });

  it('does not mind a clock that goes back', () => {
    const budget = createFailureBudget({ burst: 1, perMinute: 60 });
    budget.spend(minute);
    expect(budget.waitMs(0)).toBe(1_000);
    expect(budget.waitMs(1_000)).toBe(0);
  });
});

/** A sixth of what is shipped, so that the storm is soon over. */
const failureBudget = { burst: 10, perMinute: 10 };

async function storm(step: Step, options: { readonly callsPerSecond: number; readonly seconds: number }) {
  let isDown = true;
  const each: Step = (response, request) => (isDown ? step : found)(response, request);
  const server = await startScriptedServer(...Array.from({ length: 1_000 }, () => each));
  const time = fakeTime();
  const { sleep, now = Date.now } = time.options;
  const client = createHttpClient({ server: server.url }, { ...time.options, failureBudget });
  const codes = new Set<string>();
  const end = now() + options.seconds * 1_000;
  while (now() < end) {
    for (let count = 0; count < options.callsPerSecond; count += 1) {
      await client.get(configMaps, ref).catch((error: { code: string }) => codes.add(error.code));
    }
    await sleep?.(1_000, undefined);
  }
  const asked = server.requests.length;
  isDown = false;
  return { asked, client, codes, wait: () => sleep?.(6_000, undefined) };
}

describe('a server that is down for ten minutes', () => {
  const ways: readonly [title: string, step: Step][] = [
    ['answers 503', unavailable],
    ['answers 429', refuse(429, 'TooManyRequests')],
    ['answers 500 for a webhook', refuse(500, 'InternalError')],
    ['cuts every connection', (response) => void response.socket?.destroy()],
  ];
  it.each(ways)(
    'is asked no more than the budget allows, and everything works with the next token after: it %s',
    async (_, step) => {
      const { asked, client, codes, wait } = await storm(step, { callsPerSecond: 20, seconds: 600 });
      // One burst, and ten a minute. Without the budget it would be tens of thousands.
      expect(asked).toBeLessThanOrEqual(10 + 100 + 2);
      expect(asked).toBeGreaterThan(100);
      // Each refusal is one that is tried again.
      expect([...codes].every((code) => code === 'cluster_unavailable' || code === 'rate_limited')).toBe(true);
      await wait();
      for (let count = 0; count < 100; count += 1) await client.get(configMaps, ref);
    },
  );

  it('says when to come back', async () => {
    const { options } = fakeTime();
    const server = await startScriptedServer(unavailable);
    const limits = { failureBudget: { burst: 1, perMinute: 6 }, retry: { maxTries: 1 } };
    const client = createHttpClient({ server: server.url }, { ...options, ...limits });
    const late = { code: 'cluster_unavailable', retryAfterSeconds: 10 };
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({ code: 'cluster_unavailable' });
    await expect(client.get(configMaps, ref)).rejects.toMatchObject(late);
    expect(server.requests).toHaveLength(1);
  });
});

it('a refusal that is the caller’s own fault costs nothing', async () => {
  const { asked } = await storm(refuse(422, 'Invalid'), { callsPerSecond: 200, seconds: 1 });
  expect(asked).toBe(200);
});

import type { CoverageRecord } from '@soteria/shared/coverage/coverage-record.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { operations, type OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestBench } from './test-bench.ts';
import { type Receiver, startReceiver } from './testing/receiver.ts';

const canary = 'canary-0123456789';
const late = (more: Partial<CoverageRecord> = {}): CoverageRecord => ({
  code: 'last_attempt_failed',
  missedSince: '2026-03-15T11:00:00Z',
  ...more,
});
const fresh: CoverageRecord = { code: 'fresh' };

let phone: Receiver;
let hook: Receiver;
beforeEach(async () => {
  [phone, hook] = await Promise.all([startReceiver(), startReceiver()]);
});
afterEach(() => Promise.all([phone.close(), hook.close()]));

const config = (more = '') => ({
  'config.yaml': `
cluster: home
channels:
  - {name: phone, type: ntfy, server: '${phone.url}', topic: t, token: ${canary}}
  - {name: hook, type: webhook, url: '${hook.url}/${canary}', format: json}
${more}`,
});

const titlesOf = ({ received }: Receiver): string[] =>
  received.map(({ body }) => (JSON.parse(body) as { title: string }).title);

async function openBench(options: Parameters<typeof createTestBench>[0] = {}) {
  const bench = createTestBench(options);
  await bench.setSecret(config());
  return bench;
}

describe('a look', () => {
  it('without a Secret says nothing and leaves nothing', async () => {
    const bench = createTestBench();
    await bench.setClaims({ 'db/data': late() });
    expect(await bench.deliver()).toBe(204);
    expect(await bench.isOpenSourceThere()).toBe(false);
    expect(await (await bench.app.request('/v1/notify')).json()).toMatchObject({ status: 'not_configured' });
  });

  it('says a problem once through every channel, and once that it is over', async () => {
    const bench = await openBench();
    await bench.setClaims({ 'db/data': late() });
    for (let times = 0; times < 3; times += 1)
      expect(await bench.deliver('dev.soteria.expectation.missed.v1')).toBe(204);
    const opened = 'home: db/data has no restore point as fresh as promised';
    expect([titlesOf(phone), titlesOf(hook)]).toEqual([[opened], [opened]]);
    expect(await bench.isOpenSourceThere()).toBe(true);

    await bench.setClaims({ 'db/data': fresh });
    for (let times = 0; times < 3; times += 1) expect(await bench.deliver()).toBe(204);
    expect(titlesOf(phone).slice(1)).toEqual(['home: Over: db/data has no restore point as fresh as promised']);
    expect(await bench.isOpenSourceThere()).toBe(false);
  });

  it('believes no event: a forged fact says nothing', async () => {
    const bench = await openBench();
    await bench.setClaims({ 'db/data': fresh });
    expect(await bench.deliver('dev.soteria.backup.failed.v1')).toBe(204);
    expect(phone.received).toEqual([]);
  });

  it('of a storm of a thousand claims with one cause is one message, whichever event comes first', async () => {
    const bench = await openBench();
    const away = late({ code: 'target_unavailable' });
    const claims = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`n${index % 20}/c${index}`, away]));
    await bench.setClaims(claims);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => bench.deliver('dev.soteria.expectation.missed.v1')),
    );
    expect(new Set(answers)).toEqual(new Set([204]));
    expect(titlesOf(phone)).toEqual([expect.stringContaining('and 999 more')]);
  });

  it('reads how a backup ended, also when its fact was lost, and until a later one is good', async () => {
    const bench = await openBench();
    const record = (name: string, status: OperationStatus) =>
      bench.cluster.seed({
        apiVersion: 'soteria.dev/v1alpha1',
        kind: 'Operation',
        metadata: { name, namespace: 'db' },
        spec: { kind: 'Backup', request: { pvc: 'data' } },
        status,
      });
    const error = { code: 'snapshot_failed', what: 'no snapshot', why: `disk full`, fix: 'make room' };
    record('b1', { phase: 'Failed', progress: 0, message: '', steps: [], finishedAt: '2026-03-15T11:30:00Z', error });
    expect(await bench.deliver()).toBe(204);
    await bench.client.delete(operations, { namespace: 'db', name: 'b1' });
    bench.pass(3_600_000);
    expect(await bench.deliver()).toBe(204);
    expect(titlesOf(phone)).toEqual(['home: db/data was not backed up']);
    record('b2', { phase: 'Succeeded', progress: 100, message: '', steps: [], finishedAt: '2026-03-15T12:30:00Z' });
    expect(await bench.deliver()).toBe(204);
    expect(titlesOf(phone)).toEqual(['home: db/data was not backed up', 'home: Over: db/data was not backed up']);
  });
});

describe('a channel that is away', () => {
  it('delays no other, is asked again, and gets what it missed once', async () => {
    const bench = await openBench();
    phone.answerWith(503);
    await bench.setClaims({ 'db/data': late() });
    expect(await bench.deliver()).toBe(204);
    expect(hook.received).toHaveLength(1);
    expect(await (await bench.app.request('/v1/notify')).json()).toMatchObject({
      channels: [
        { name: 'phone', failing_since: bench.now().toISOString(), why: 'it answered 503', waiting: 1 },
        { waiting: 0 },
      ],
      problems: [{ subject: 'db/data', said_at: bench.now().toISOString() }],
    });
    // Not before its time.
    await bench.deliver();
    expect(phone.received).toHaveLength(1);
    phone.answerWith(200);
    bench.pass(5 * 60_000);
    await bench.deliver();
    await bench.deliver();
    expect(phone.received).toHaveLength(2);
    expect(hook.received).toHaveLength(1);
  });

  it('is given up after three days, and the problem is still said daily', async () => {
    const bench = await openBench();
    hook.answerWith(404);
    await bench.setClaims({ 'db/data': late() });
    for (let hour = 0; hour < 24 * 8; hour += 1) {
      await bench.deliver();
      bench.pass(3_600_000);
    }
    const state = (await (await bench.app.request('/v1/notify')).json()) as {
      channels: { name: string; waiting: number }[];
    };
    expect(state.channels.find(({ name }) => name === 'hook')?.waiting).toBeLessThanOrEqual(4);
    expect(titlesOf(phone)).toHaveLength(8);
  });
});

describe('a process that dies', () => {
  /** Dies at the n-th write to the record, before or after it; everything after that fails too. */
  function dyingAt(step: number, isAfter: boolean) {
    let writes = 0;
    let isDead = false;
    return (client: KubernetesClient): KubernetesClient => {
      const guarded =
        <A extends unknown[], R>(call: (...args: A) => Promise<R>, isWrite: boolean) =>
        async (...args: A): Promise<R> => {
          if (isDead) throw new Error('dead');
          const isTheOne = isWrite && (writes += 1) === step;
          if (isTheOne && !isAfter) isDead = true;
          if (isDead) throw new Error('dead');
          const answer = await call(...args);
          if (isTheOne) {
            isDead = true;
            throw new Error('dead');
          }
          return answer;
        };
      return {
        ...client,
        get: guarded(client.get.bind(client), false),
        list: guarded(client.list.bind(client), false),
        create: guarded(client.create.bind(client), true),
        replace: guarded(client.replace.bind(client), true),
        delete: guarded(client.delete.bind(client), true),
      };
    };
  }

  it.each(Array.from({ length: 12 }, (_, index) => [Math.floor(index / 2) + 1, index % 2 === 1] as const))(
    'at write %i (after it: %s) leaves a notice that the next one sends, under the same id',
    async (step, isAfter) => {
      const bench = await openBench();
      await bench.setClaims({ 'db/data': late() });
      const dying = bench.start(dyingAt(step, isAfter)(bench.client));
      await bench.deliver('dev.soteria.expectation.missed.v1', dying);
      // A lease is over, and the source wakes another process.
      for (let looks = 0; looks < 3; looks += 1) {
        bench.pass(5 * 60_000);
        expect(await bench.deliver()).toBe(204);
      }
      const sequences = phone.received.map(({ body }) => (JSON.parse(body) as { sequence_id: string }).sequence_id);
      const ids = hook.received.map(({ body }) => (JSON.parse(body) as { id: string }).id);
      expect([new Set(sequences).size, new Set(ids).size]).toEqual([1, 1]);
      // Only what was under way is sent again, and the receiver knows it by its id.
      expect(Math.max(sequences.length, ids.length)).toBeLessThanOrEqual(2);
    },
  );

  it('leaves nothing unsaid when two look at the same time', async () => {
    const bench = await openBench();
    await bench.setClaims({ 'db/data': late() });
    const others = [bench.start(), bench.start(), bench.start()];
    await Promise.all(others.map((other) => bench.deliver('dev.soteria.backup.failed.v1', other)));
    await bench.deliver();
    expect([phone.received.length, hook.received.length]).toEqual([1, 1]);
  });
});

describe('secrets', () => {
  it('reach no log, no answer and no record', async () => {
    const bench = await openBench();
    phone.answerWith(401, `{"error":"unauthorized"}`);
    hook.answerWith(500, canary);
    await bench.setClaims({ 'db/data': late() });
    await bench.deliver();
    const answers = await Promise.all([
      bench.app.request('/v1/notify'),
      ...['phone', 'hook', 'none'].map((channel) =>
        bench.app.request('/v1/notify/test', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ channel }),
        }),
      ),
    ]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    await bench.setSecret({ 'config.yaml': `channels: [{name: a, type: ntfy, topic: ${canary}, tokn: ${canary}}]` });
    expect(await bench.deliver()).toBe(204);
    expect(bench.logged.join()).toContain('notify_misconfigured');
    const misconfigured = await (await bench.app.request('/v1/notify')).text();
    expect(misconfigured).toContain('misconfigured');
    const stored = JSON.stringify(await bench.client.list(configMaps));
    for (const text of [...texts, misconfigured, stored, ...bench.logged]) expect(text).not.toContain(canary);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404]);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { bucketRefused, bucketUnavailable } from './bucket/bucket-errors.ts';
import { newBucket } from './tally/measured-bucket.ts';
import { emptyTally } from './tally/tally.ts';
import { exposeGauges } from './report/expose-gauges.ts';
import { configured, createTestBench } from './test-bench.ts';
import { createFakeSource, object } from './testing/fake-source.ts';

const volume = 'backupstore/volumes/ab/cd/pvc-1';
const versions = [
  object(`${volume}/backups/backup_a.cfg`, 1_000),
  object(`${volume}/blocks/01/23/x.blk`, 2_000_000),
  object('photos/lake.raw', 500),
];
const small = () => createFakeSource({ pageSize: 1000, buckets: [{ name: 'b', versions }] });
const long = Array.from({ length: 40 }, (_, n) => object(`f/${String(n).padStart(3, '0')}`, 10));

describe('GET /v1/b2', () => {
  it('names the missing settings when usage is not configured, and a measurement does no harm', async () => {
    const bench = createTestBench({ env: { SOTERIA_B2_KEY_ID: 'key' } });
    expect(await bench.report()).toMatchObject({
      state: 'not_configured',
      missing: ['SOTERIA_B2_APPLICATION_KEY'],
      totals: null,
    });
    expect(await bench.ping()).toBe(204);
    expect((await bench.app.request('/v1/b2/measure', { method: 'POST' })).status).toBe(422);
  });

  it('answers with the last scheduled measurement', async () => {
    const bench = createTestBench({ source: small });
    expect(await bench.report()).toMatchObject({ state: 'not_measured' });
    expect(await bench.ping()).toBe(204);
    bench.pass(60_000);
    expect(await bench.report()).toMatchObject({
      state: 'measured',
      age_seconds: 60,
      complete: true,
      measuring: null,
      totals: { current_bytes: 2_001_500, current_objects: 3, stored_bytes: 2_001_500, hidden_bytes: 0 },
      claims: [{ state: 'unknown', volume: 'pvc-1', current_bytes: 2_001_000, backups: 1 }],
      repositories: [{ kind: 'prefix', prefix: 'photos/', current_bytes: 500 }],
    });
    expect(bench.sent.map(({ type }) => type)).toEqual(['dev.soteria.usage.measured.v1']);
  });

  it('answers a namespace with its own claims only', async () => {
    const bench = createTestBench({ source: small });
    await bench.ping();
    const report = await bench.report('?namespace=shop');
    expect(report).toMatchObject({
      state: 'measured',
      totals: null,
      source: null,
      buckets: [],
      claims: [],
      findings: [],
    });
  });

  it.each(['?refresh=maybe', '?unknown=1'])('refuses %s', async (query) => {
    const { app } = createTestBench({ source: small });
    expect((await app.request(`/v1/b2${query}`)).status).toBe(400);
  });

  it('counts the growth since the last measurement', async () => {
    let all = versions;
    const bench = createTestBench({
      source: () => createFakeSource({ pageSize: 1000, buckets: [{ name: 'b', versions: all }] }),
    });
    await bench.ping();
    bench.pass(6 * 3_600_000);
    all = [...versions, object('photos/sea.raw', 700)];
    await bench.ping();
    expect((await bench.report()).growth).toEqual({
      since_last_bytes: 700,
      last_at: '2026-03-15T12:00:00.000Z',
      days_30_bytes: 700,
      days_30_from: '2026-03-15T12:00:00.000Z',
    });
  });
});

describe('the gauges', () => {
  it('are exposed when there are numbers', async () => {
    const bench = createTestBench({ source: small });
    expect(exposeGauges(await bench.report())).not.toContain('\nsoteria_b2_up ');
    await bench.ping();
    const text = exposeGauges(await bench.report());
    expect(text).toContain('\nsoteria_b2_up 1\n');
    expect(text).toContain('soteria_b2_bytes{bucket="b",kind="current"} 2001500\n');
    expect(text).toContain('soteria_b2_findings{code="orphaned_volume"} 0\n');
    expect(text).toContain(`soteria_b2_measured_timestamp_seconds ${bench.now().getTime() / 1000}\n`);
  });

  it('escape what Prometheus would misread', async () => {
    const bench = createTestBench({
      source: () => createFakeSource({ pageSize: 10, buckets: [{ name: 'a"b\\c', versions }] }),
    });
    await bench.ping();
    expect(exposeGauges(await bench.report())).toContain('{bucket="a\\"b\\\\c",kind="current"}');
  });
});

describe('POST /v1/b2/measure', () => {
  it('answers at once and publishes an event, which wakes the first step', async () => {
    const bench = createTestBench({ source: small });
    const answer = await bench.app.request('/v1/b2/measure', { method: 'POST' });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe('/v1/b2');
    expect((await bench.report()).measuring).toMatchObject({ objects: 0 });
    const [due] = bench.sent;
    expect(due).toMatchObject({ type: 'dev.soteria.usage.due.v1', data: { measurement: 'm-1', step: 0 } });
    expect(await bench.deliver('dev.soteria.usage.due.v1', due?.data)).toBe(204);
    expect(await bench.report()).toMatchObject({ state: 'measured', measuring: null });
  });

  it('joins a measurement that is under way', async () => {
    const bench = createTestBench({ source: small });
    await bench.app.request('/v1/b2/measure', { method: 'POST' });
    const again = await bench.app.request('/v1/b2/measure', { method: 'POST' });
    expect(await again.json()).toMatchObject({ measurement: 'm-1' });
  });

  it('by refresh measures only when the numbers are older than a minute', async () => {
    const bench = createTestBench({ source: small });
    await bench.ping();
    await bench.report('?refresh=true');
    expect(bench.sent).toHaveLength(1);
    bench.pass(61_000);
    await bench.report('?refresh=true');
    expect(bench.sent.at(-1)?.type).toBe('dev.soteria.usage.due.v1');
  });
});

describe('a long measurement', () => {
  /** Every page takes a second. */
  function slow(bench: { pass: (ms: number) => void }) {
    return createFakeSource({
      pageSize: 3,
      buckets: [{ name: 'b', versions: long }],
      trouble: () => bench.pass(1_000),
    });
  }

  it('proceeds step by step, each step waking the next, and counts everything once', async () => {
    const bench = createTestBench({ source: () => slow(bench), pace: { budgetMs: 4_000, checkpointMs: 1_000 } });
    await bench.ping();
    let steps = 0;
    for (let next = bench.sent.shift(); next?.type === 'dev.soteria.usage.due.v1'; next = bench.sent.shift()) {
      steps += 1;
      expect(await bench.deliver(next.type, next.data)).toBe(204);
    }
    expect(steps).toBeGreaterThan(2);
    expect((await bench.report()).totals).toMatchObject({ current_bytes: 400, current_objects: 40 });
  });

  it('of a process that died is taken over once its lease has run out', async () => {
    let isDying = true;
    const dying = () =>
      createFakeSource({
        pageSize: 3,
        buckets: [{ name: 'b', versions: long }],
        trouble: (_request, page) => {
          bench.pass(1_000);
          // Not a refusal: this process can no longer write.
          if (isDying && page > 6) throw new TypeError('killed');
        },
      });
    const bench = createTestBench({ source: dying, pace: { budgetMs: 60_000, checkpointMs: 1_000, leaseMs: 20_000 } });
    expect(await bench.ping()).toBe(503);
    isDying = false;
    const left = await bench.usage.readProgress();
    expect(left.value?.tasks.length).toBeGreaterThan(0);
    // While the lease holds, the same step is put off, and another wake-up leaves it alone.
    const due = { measurement: 'm-1', step: left.value?.step };
    expect(await bench.deliver('dev.soteria.usage.due.v1', due)).toBe(429);
    expect(await bench.ping()).toBe(204);
    expect(await bench.report()).toMatchObject({ state: 'not_measured' });
    bench.pass(21_000);
    expect(await bench.deliver('dev.soteria.usage.due.v1', due)).toBe(204);
    expect((await bench.report()).totals).toMatchObject({ current_bytes: 400, current_objects: 40 });
  });

  it.each([
    ['of a store that is no longer configured', { store: 'another' }],
    ['begun three days ago', { startedAt: '2026-03-12T11:00:00.000Z' }],
  ])('%s is begun anew', async (_title, more) => {
    const bench = createTestBench({ source: small });
    await bench.app.request('/v1/b2/measure', { method: 'POST' });
    const { value, object } = await bench.usage.readProgress();
    if (value === undefined) throw new Error('nothing was begun');
    const foreign = { bucket: 'gone', prefix: '', depth: 0, cursor: 'of another API' };
    await bench.usage.writeProgress({ value: { ...value, ...more, buckets: [], tasks: [foreign] }, object });
    expect(await bench.ping()).toBe(204);
    expect(await bench.report()).toMatchObject({ state: 'measured', totals: { current_bytes: 2_001_500 } });
  });

  it('whose record would be too large is reported as failing, and ends', async () => {
    const bench = createTestBench({ source: small, env: { ...configured, SOTERIA_B2_JOB_AFTER_SECONDS: '0' } });
    await bench.ping();
    const { value, object } = await bench.usage.readProgress();
    if (value === undefined) throw new Error('nothing was begun');
    const owners = Array.from({ length: 1400 }, (_, n) => `volume||${'x'.repeat(240)}-${n}`);
    const sums = { bytes: 1, objects: 1, hiddenBytes: 0, hiddenObjects: 0, parts: {} };
    const tally = { ...emptyTally(), owners: Object.fromEntries(owners.map((owner) => [owner, sums])) };
    const uploads = { count: 0, bytes: 0, oldestAtMs: 0, staleCount: 0, staleBytes: 0, isComplete: true };
    const bucket = { ...newBucket('b', '', {}), tally, uploads };
    await bench.usage.writeProgress({ value: { ...value, buckets: [bucket], tasks: [] }, object });
    expect(await bench.ping()).toBe(204);
    expect(await bench.report()).toMatchObject({ failure: { reason: 'unprocessable' }, measuring: null });
  });

  it('ignores an event about a measurement that has ended', async () => {
    const bench = createTestBench({ source: small });
    await bench.ping();
    expect(await bench.deliver('dev.soteria.usage.due.v1', { measurement: 'm-1', step: 0 })).toBe(204);
    expect((await bench.usage.readProgress()).value).toBeUndefined();
  });
});

describe('a measurement that fails', () => {
  function failingAfterOne(fail: () => never) {
    let opened = 0;
    return createTestBench({
      source: () => {
        opened += 1;
        return opened === 1
          ? small()
          : createFakeSource({ pageSize: 10, buckets: [{ name: 'b', versions }], trouble: fail });
      },
    });
  }

  it.each(['bad_credentials', 'bucket_missing', 'clock_skew', 'tls_failed', 'forbidden', 'caps_exceeded'] as const)(
    'with %s keeps the old numbers and their age, and reports the reason',
    async (reason) => {
      const bench = failingAfterOne(() => {
        throw bucketRefused(reason, 'bucket b could not be listed');
      });
      await bench.ping();
      bench.pass(6 * 3_600_000);
      expect(await bench.ping()).toBe(204);
      const report = await bench.report();
      expect(report).toMatchObject({ state: 'failing', age_seconds: 21_600, failure: { reason }, measuring: null });
      expect(report.totals).toMatchObject({ current_bytes: 2_001_500 });
      expect(report.failure?.fix).toMatch(/\w{3}/);
    },
  );

  it('temporarily is retried by the delivery and continues where it was', async () => {
    let isDown = true;
    const bench = createTestBench({
      source: () =>
        createFakeSource({
          pageSize: 3,
          buckets: [{ name: 'b', versions: long }],
          trouble: (_request, page) => {
            if (isDown && page > 4) throw bucketUnavailable('bucket b could not be listed', 'the store answers 503');
          },
        }),
    });
    expect(await bench.ping()).toBe(503);
    expect((await bench.report()).failure).toMatchObject({ reason: 'bucket_unavailable' });
    isDown = false;
    expect(await bench.ping()).toBe(204);
    expect(await bench.report()).toMatchObject({ state: 'measured', failure: null, totals: { current_objects: 40 } });
  });
});

describe('a limit', () => {
  it('is reported once when it is passed, and once when usage is below it again', async () => {
    let all = versions;
    const bench = createTestBench({
      env: { ...configured, SOTERIA_B2_MAX_BYTES: '2001600' },
      source: () => createFakeSource({ pageSize: 1000, buckets: [{ name: 'b', versions: all }] }),
    });
    const crossings = () =>
      bench.sent.filter(({ type }) => type.endsWith('threshold.crossed.v1')).map(({ data }) => data['direction']);
    await bench.ping();
    expect(crossings()).toEqual([]);
    all = [...versions, object('z', 700)];
    await bench.ping();
    await bench.ping();
    expect(crossings()).toEqual(['above']);
    all = versions;
    await bench.ping();
    expect(crossings()).toEqual(['above', 'below']);
  });
});

describe('a fact', () => {
  it.each([
    ['refuses temporarily is sent later', 'cluster_unavailable', ['m-1', 'm-2', 'm-3']],
    ['refuses permanently is dropped', 'cluster_refused', ['m-3']],
  ] as const)('that the sink %s, and measuring goes on', async (_title, code, told) => {
    const bench = createTestBench({ source: small });
    const refusal = new SoteriaError(code, { what: 'the event was not sent', why: 'the sink', fix: 'look at it' });
    const publish = vi.spyOn(bench.tools.publisher, 'publish').mockRejectedValue(refusal);
    for (let times = 0; times < 2; times += 1) {
      expect(await bench.ping()).toBe(204);
      bench.pass(6 * 3_600_000);
    }
    expect((await bench.usage.readRecord()).value.measurement?.id).toBe('m-2');
    publish.mockRestore();
    expect(await bench.ping()).toBe(204);
    expect(bench.sent.map(({ data }) => data['measurement'])).toEqual(told);
    expect((await bench.usage.readRecord()).value.pendingFacts).toEqual([]);
  });
});

/** A measurement that is handed over to a Job, with the Job's program run in this process where a test wants it to. */
import { configMaps, jobs } from '@soteria/shared/kubernetes/core-types.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketRefused, bucketUnavailable } from '../bucket/bucket-errors.ts';
import { configured, createTestBench } from '../test-bench.ts';
import { createFakeSource, type FakeSourceOptions, object } from '../testing/fake-source.ts';
import { listingJobName } from './listing-job.ts';
import { runListing } from '../in-job/run-listing.ts';

const namespace = 'soteria';
const versions = Array.from({ length: 40 }, (_, n) => object(`f/${String(n).padStart(3, '0')}`, 10));
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };

function createBed(more: Partial<FakeSourceOptions> = {}, env: Record<string, string> = {}) {
  const source = () => createFakeSource({ pageSize: 3, buckets: [{ name: 'b', versions }], ...more });
  const bench = createTestBench({
    env: { ...configured, SOTERIA_B2_JOB_AFTER_SECONDS: '0', ...env },
    source,
    pace: { checkpointMs: 0 },
  });
  const jobNow = async () => (await bench.client.list(jobs, { namespace })).items[0];

  /** Runs the program as a Pod of the Job does. */
  async function runPod(options: Partial<FakeSourceOptions> = {}, isStopping?: () => boolean): Promise<0 | 1> {
    const measurement = (await bench.usage.readProgress()).value?.id ?? 'm-1';
    return runListing(
      {
        settings: bench.settings,
        usage: bench.usage,
        now: bench.now,
        pace: { budgetMs: Infinity, checkpointMs: 0, leaseMs: 20_000 },
        openSource: () =>
          Promise.resolve({
            source: createFakeSource({ pageSize: 3, buckets: [{ name: 'b', versions }], ...more, ...options }),
            close: () => undefined,
          }),
        ...(isStopping === undefined ? {} : { isStopping }),
        log: silent,
        signal: new AbortController().signal,
        sleep: (ms) => Promise.resolve(bench.pass(ms + 1)),
      },
      measurement,
    );
  }

  async function endJob(type: 'Complete' | 'Failed'): Promise<number> {
    const job = await jobNow();
    const conditions = [{ type, status: 'True', reason: 'BackoffLimitExceeded', message: 'it gave up' }];
    const at = { namespace, name: job?.metadata.name ?? '' };
    await bench.client.patch(jobs, at, { status: { conditions } }, { subresource: 'status' });
    return wake();
  }

  const wake = async (name = listingJobName('m-1', 1)): Promise<number> =>
    bench.deliver('dev.knative.apiserver.ref.update', { apiVersion: 'batch/v1', kind: 'Job', namespace, name });

  return { ...bench, runPod, endJob, wake, jobNow };
}

const whole = { state: 'measured', measuring: null, totals: { current_bytes: 400, current_objects: 40 } };

describe('a long measurement', () => {
  it('runs as a Job of the same program, and is recorded when that has ended', async () => {
    const bed = createBed();
    expect(await bed.ping()).toBe(204);
    const job = await bed.jobNow();
    const name = listingJobName('m-1', 1);
    expect(job?.metadata).toMatchObject({ name, labels: { 'soteria.dev/watch': 'b2-usage' } });
    expect(job?.spec?.template.spec).toMatchObject({
      serviceAccountName: 'b2-usage-listing',
      containers: [{ args: ['b2-usage.cjs', 'list', 'm-1'], image: 'ghcr.io/soteria-dev/soteria:0.1.0' }],
    });
    expect(await bed.report()).toMatchObject({ state: 'not_measured', measuring: { job: name, objects: 0 } });
    // Whatever wakes the function meanwhile, it leaves the work to the Job.
    expect(await bed.ping()).toBe(204);
    expect(await bed.wake()).toBe(204);
    expect((await bed.report()).measuring?.objects).toBe(0);
    expect(await bed.runPod()).toBe(0);
    expect(await bed.endJob('Complete')).toBe(204);
    expect(await bed.report()).toMatchObject(whole);
    expect(await bed.jobNow()).toBeUndefined();
    expect(bed.sent.map(({ type }) => type)).toEqual(['dev.soteria.usage.measured.v1']);
  });

  it('needs no Job when the last measurement was short', async () => {
    const bed = createBed({}, { SOTERIA_B2_JOB_AFTER_SECONDS: '240' });
    await bed.ping();
    expect(await bed.report()).toMatchObject(whole);
    expect(await bed.jobNow()).toBeUndefined();
  });

  it('is reported as failing when the store refuses the Job, and ends', async () => {
    const bed = createBed();
    await bed.ping();
    const refuse = () => {
      throw bucketRefused('clock_skew', 'bucket b could not be listed');
    };
    expect(await bed.runPod({ trouble: refuse })).toBe(0);
    await bed.endJob('Complete');
    expect(await bed.report()).toMatchObject({ state: 'failing', failure: { reason: 'clock_skew' }, measuring: null });
    expect(await bed.jobNow()).toBeUndefined();
  });

  it('that its Job could not finish is reported as failing, and the next wake-up continues with another Job', async () => {
    const bed = createBed();
    await bed.ping();
    const down = (_request: unknown, page: number) => {
      if (page > 6) throw bucketUnavailable('bucket b could not be listed', 'the store answers 503');
    };
    expect(await bed.runPod({ trouble: down })).toBe(1);
    expect(await bed.wake()).toBe(204);
    expect((await bed.report()).failure).toBeNull();
    await bed.endJob('Failed');
    expect(await bed.report()).toMatchObject({ state: 'failing', failure: { reason: 'bucket_unavailable' } });
    expect((await bed.report()).measuring?.objects).toBeGreaterThan(5);
    await bed.ping();
    expect(await bed.report()).toMatchObject({ measuring: { job: listingJobName('m-1', 2) } });
    expect(await bed.runPod()).toBe(0);
    await bed.wake(listingJobName('m-1', 2));
    expect(await bed.report()).toMatchObject({ ...whole, failure: null });
  });

  it('continues in the next Pod when a Pod is asked to stop, and when a Pod is killed', async () => {
    const bed = createBed();
    await bed.ping();
    let pages = 0;
    const count = () => void (pages += 1);
    expect(await bed.runPod({ trouble: count }, () => pages >= 4)).toBe(1);
    const stopped = (await bed.report()).measuring?.objects ?? 0;
    expect(stopped).toBeGreaterThan(0);
    const kill = (_request: unknown, page: number) => {
      if (page > 3) throw new TypeError('killed');
    };
    await expect(bed.runPod({ trouble: kill })).rejects.toThrow('killed');
    expect((await bed.report()).measuring?.objects).toBeGreaterThan(stopped);
    // The third Pod waits for the lease of the second.
    const before = bed.now().getTime();
    expect(await bed.runPod()).toBe(0);
    expect(bed.now().getTime() - before).toBeGreaterThan(19_000);
    await bed.endJob('Complete');
    expect(await bed.report()).toMatchObject(whole);
  });

  it('whose Job was never made, because the process died before, gets its Job with the next wake-up', async () => {
    const bed = createBed();
    await bed.ping();
    const job = await bed.jobNow();
    await bed.client.delete(jobs, { namespace, name: job?.metadata.name ?? '' });
    await bed.ping();
    expect((await bed.jobNow())?.metadata.name).toBe(job?.metadata.name);
  });

  it('rests while Soteria is paused, which every answer reports, and continues afterwards', async () => {
    const bed = createBed();
    const at = { namespace, name: 'soteria-settings' };
    const switchTo = (paused: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: at, data: { paused } });
    const settings = await bed.client.create(configMaps, switchTo('true'));
    await bed.ping();
    expect(await bed.jobNow()).toBeUndefined();
    expect(await bed.report()).toMatchObject({ paused: true, measuring: { job: null } });
    await bed.client.replace(configMaps, { ...settings, data: { paused: 'false' } });
    await bed.ping();
    expect(await bed.jobNow()).toBeDefined();
    expect(await bed.runPod()).toBe(0);
    await bed.endJob('Complete');
    expect(await bed.report()).toMatchObject(whole);
  });

  it('continues without a Job where no Job may be made', async () => {
    const bed = createBed();
    bed.cluster.onAdmit({ group: 'batch', plural: 'jobs' }, () => {
      throw new SoteriaError('cluster_forbidden', { what: 'no Job was made', why: 'a quota', fix: 'raise it' });
    });
    await bed.ping();
    for (let next = bed.sent.shift(); next?.type === 'dev.soteria.usage.due.v1'; next = bed.sent.shift()) {
      await bed.deliver(next.type, next.data);
    }
    expect(await bed.report()).toMatchObject(whole);
  });

  it('does not accept a Job of another measurement as its own', async () => {
    const bed = createBed();
    const name = listingJobName('m-1', 1);
    await bed.client.create(jobs, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace, labels: { 'soteria.dev/measurement': 'another' } },
    });
    await bed.ping();
    expect(await bed.report()).toMatchObject(whole);
    expect((await bed.jobNow())?.metadata.labels).toEqual({ 'soteria.dev/measurement': 'another' });
  });

  it('counts everything once, whatever Pods die and whatever order the function is woken in', async () => {
    const happening = fc.oneof(
      fc.record({ what: fc.constant('pod' as const), dieAfter: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ what: fc.constantFrom('ping', 'wake', 'fail') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 12 }), async (happenings) => {
        const bed = createBed();
        await bed.ping();
        for (const one of happenings) {
          if ('dieAfter' in one) {
            const die = (_request: unknown, page: number) => {
              if (page > one.dieAfter) throw new TypeError('killed');
            };
            await bed.runPod({ trouble: die }).catch(() => undefined);
          } else if (one.what === 'ping') await bed.ping();
          else if (one.what === 'fail' && (await bed.jobNow()) !== undefined) await bed.endJob('Failed');
          else await bed.wake();
        }
        for (let round = 0; round < 3 && (await bed.report()).state !== 'measured'; round += 1) {
          bed.pass(21_000);
          await bed.ping();
          await bed.runPod();
          await bed.ping();
        }
        // That ping may have begun the next measurement.
        const { measuring: _next, ...measured } = whole;
        expect(await bed.report()).toMatchObject(measured);
      }),
      { numRuns: 60 },
    );
  });
});

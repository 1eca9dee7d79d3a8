import { describe, expect, it } from 'vitest';
import type { ListingJob } from '../listing-job/listing-jobs.ts';
import type { Measurement } from '../record/usage-record.ts';
import { decideNext } from './decide-next.ts';
import { expectDurationMs } from './expect-duration.ts';
import { newBucket } from '../tally/measured-bucket.ts';
import { newProgress, type Progress } from '../record/progress.ts';

const minute = 60_000;
const uploads = { count: 0, bytes: 0, oldestAtMs: 0, staleCount: 0, staleBytes: 0, isComplete: true };

function progressOf(more: Partial<Progress> = {}, objects = 0): Progress {
  const bucket = newBucket('b', '', {});
  const tally = { ...bucket.tally, objects };
  const tasks = [{ bucket: 'b', prefix: '', depth: 0 }];
  return {
    ...newProgress('m-2', new Date('2026-03-01T00:00:00Z'), 'test'),
    buckets: [{ ...bucket, tally }],
    tasks,
    stretches: 1,
    ...more,
  };
}

function lastOf(objects: number, listingMs?: number): Measurement {
  const { buckets } = progressOf({}, objects);
  return { id: 'm-1', buckets, ...(listingMs === undefined ? {} : { listingMs }) } as Measurement;
}

const stretches = (open: number) =>
  Array.from({ length: open }, (_, n) => ({ bucket: 'b', prefix: `${n}/`, depth: 1 }));

describe('how long a measurement will take', () => {
  it.each([
    ['is unknown at its beginning', progressOf(), undefined, undefined],
    ['is as long as the last one', progressOf(), lastOf(1000, 5 * minute), 5 * minute],
    ['is zero more when as much is counted', progressOf({ busyMs: minute }, 1000), lastOf(1000, minute), minute],
    ['follows the speed of today', progressOf({ busyMs: minute }, 100), lastOf(1000, minute), 10 * minute],
    ['is unknown when the last measurement recorded no time', progressOf(), lastOf(1000), undefined],
    [
      'for the first time is estimated from the parts that are done',
      progressOf({ busyMs: minute, stretches: 256, tasks: stretches(192) }, 100),
      undefined,
      4 * minute,
    ],
    ['is infinite when no stretch was finished', progressOf({ busyMs: minute }, 100), undefined, Infinity],
  ])('%s', (_title, progress, last, expected) => {
    expect(expectDurationMs(progress, last)).toBe(expected);
  });
});

describe('what comes next', () => {
  const name = 'soteria-usage-1';
  const handed = (hasStarted: boolean, more: Partial<Progress> = {}) =>
    progressOf({ jobs: 1, job: { name, hasStarted }, ...more });
  const job = (hasEnded: boolean): ListingJob => ({
    name,
    uid: 'u',
    measurement: 'm-2',
    hasEnded,
    says: hasEnded ? 'DeadlineExceeded: too long' : undefined,
  });
  const counted = { tasks: [], buckets: [{ ...newBucket('b', '', {}), uploads }] };
  const trouble = { reason: 'forbidden', what: 'what', why: 'why', fix: 'fix' };
  const long = lastOf(1000, 5 * minute);

  it.each([
    ['a step, while its duration is unknown', progressOf(), undefined, undefined, { type: 'take-step' }],
    ['a step, when it is short', progressOf(), lastOf(1000, minute), undefined, { type: 'take-step' }],
    ['a Job, when it is long', progressOf(), long, undefined, { type: 'hand-over' }],
    [
      'a step, when it is long and no Job can be made',
      progressOf({ mayUseJob: false }),
      long,
      undefined,
      { type: 'take-step' },
    ],
    ['the Job that was recorded, and not made', handed(false), long, undefined, { type: 'make-job' }],
    ['nothing, while the Job works on it', handed(true), long, job(false), { type: 'wait' }],
    ['nothing, while the Job has not started', handed(false), long, job(false), { type: 'wait' }],
    ['the record, when all is counted', progressOf(counted), undefined, undefined, { type: 'record' }],
    ['the record, when the Job has counted all', handed(true, counted), long, job(true), { type: 'record' }],
    [
      'the record, when the Job has counted all and is gone',
      handed(true, counted),
      long,
      undefined,
      { type: 'record' },
    ],
    ['to tidy up, when it is recorded', { ...handed(true, counted), id: 'm-1' }, long, job(true), { type: 'tidy' }],
    [
      'its failure, when the store has refused',
      handed(true, { trouble: { ...trouble, isFinal: true } }),
      long,
      job(true),
      { type: 'fail', trouble: { reason: 'forbidden' } },
    ],
    [
      'another time, when the Job could not reach the store',
      handed(true, { trouble: { ...trouble, isFinal: false } }),
      long,
      job(true),
      { type: 'take-back', trouble: { reason: 'forbidden' } },
    ],
    [
      'another time, when the Job has failed',
      handed(true),
      long,
      job(true),
      { type: 'take-back', trouble: { reason: 'job_failed', why: 'DeadlineExceeded: too long' } },
    ],
    ['another time, when the Job is gone', handed(true), long, undefined, { type: 'take-back' }],
    // The failure of one Pod does not end the Job: another Pod may work on it.
    [
      'nothing, between two Pods',
      handed(true, { trouble: { ...trouble, isFinal: false } }),
      long,
      job(false),
      { type: 'wait' },
    ],
  ])('is %s', (_title, progress, last, seen, expected) => {
    expect(decideNext({ progress, last, job: seen, jobAfterMs: 4 * minute })).toMatchObject(expected);
  });

  it('is a Job for every measurement when the limit is 0', () => {
    const next = decideNext({ progress: progressOf(), last: undefined, job: undefined, jobAfterMs: 0 });
    expect(next.type).toBe('hand-over');
  });
});

import { describe, expect, test } from 'vitest';
import { type JobSituation, decideJob } from './decide-job.ts';

const now = new Date('2026-08-20T02:10:00Z');
const job: JobSituation = {
  isDeleting: false,
  isEnded: false,
  startedAt: '2026-08-20T02:00:00Z',
  endedAt: undefined,
  deadlineSeconds: 900,
  ttlSeconds: undefined,
  refusal: undefined,
  waitsFor: undefined,
  hasPod: false,
  processes: 'none',
  isGood: false,
};

describe('a Job', () => {
  test.each<{ when: string; is: Partial<JobSituation>; next: object }>([
    { when: 'it is new', is: { startedAt: undefined }, next: { type: 'accept' } },
    { when: 'all is there', is: {}, next: { type: 'start' } },
    { when: 'its claim is not', is: { waitsFor: 'claim' }, next: { type: 'wait', ms: 200, message: 'claim' } },
    {
      when: 'its image is foreign',
      is: { refusal: 'postgres' },
      next: { type: 'fail', reason: 'ImageRefused', message: 'postgres' },
    },
    { when: 'it runs', is: { hasPod: true, processes: 'running' }, next: { type: 'wait', ms: 300_000 } },
    {
      when: 'it runs without a deadline',
      is: { hasPod: true, processes: 'running', deadlineSeconds: undefined },
      next: { type: 'wait', ms: 2 ** 31 - 1 },
    },
    {
      when: 'it runs too long',
      is: { hasPod: true, processes: 'running', deadlineSeconds: 600 },
      next: { type: 'fail', reason: 'DeadlineExceeded' },
    },
    {
      when: 'its claim does not come in time',
      is: { waitsFor: 'claim', deadlineSeconds: 60 },
      next: { type: 'fail', reason: 'DeadlineExceeded' },
    },
    { when: 'it has ended well', is: { hasPod: true, processes: 'ended', isGood: true }, next: { type: 'complete' } },
    {
      when: 'it has ended well, as the deadline passed',
      is: { hasPod: true, processes: 'ended', isGood: true, deadlineSeconds: 600 },
      next: { type: 'complete' },
    },
    {
      when: 'it has ended badly',
      is: { hasPod: true, processes: 'ended' },
      next: { type: 'fail', reason: 'BackoffLimitExceeded' },
    },
    { when: 'its process is gone', is: { hasPod: true }, next: { type: 'fail', reason: 'PodLost' } },
    { when: 'it is being deleted', is: { isDeleting: true }, next: { type: 'nothing' } },
    { when: 'it is over', is: { isEnded: true, endedAt: '2026-08-20T02:05:00Z' }, next: { type: 'nothing' } },
    {
      when: 'it is over and may stay a while',
      is: { isEnded: true, endedAt: '2026-08-20T02:05:00Z', ttlSeconds: 600 },
      next: { type: 'wait', ms: 300_000 },
    },
    {
      when: 'it has stayed long enough',
      is: { isEnded: true, endedAt: '2026-08-20T02:05:00Z', ttlSeconds: 300 },
      next: { type: 'remove' },
    },
  ])('when $when: $next', ({ is, next }) => {
    expect(decideJob({ ...job, ...is }, now, 200)).toMatchObject(next);
  });
});

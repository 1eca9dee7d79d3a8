import { describe, expect, test } from 'vitest';
import { type Job, type Pod, jobs, pods } from '../kubernetes/core-types.ts';
import { readOutcome } from './read-outcome.ts';
import { type Verdict, encodeVerdict } from './verdict.ts';

const verdict: Verdict = {
  version: 1,
  outcome: 'verified',
  strength: 'counts',
  weaker: [],
  files: 3,
  folders: 1,
  bytes: 17,
  sampled: 0,
  durationMs: 12,
  checks: [{ name: 'mount', outcome: 'passed', detail: 'readable' }],
};

function job(condition: object | undefined): Job {
  return jobs.parse({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'job', uid: 'job-uid' },
    status: { conditions: condition === undefined ? [] : [condition] },
  });
}

function pod(
  ends: Readonly<Record<string, object>>,
  uid = 'job-uid',
  creationTimestamp = '2026-08-20T02:00:00Z',
  condition?: object,
): Pod {
  return pods.parse({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', creationTimestamp, ownerReferences: [{ uid }] },
    status: {
      conditions: condition === undefined ? [] : [condition],
      containerStatuses: Object.entries(ends).map(([name, terminated]) => ({ name, state: { terminated } })),
    },
  });
}

const complete = { type: 'Complete', status: 'True' };
const failed = { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' };
const late = { type: 'Failed', status: 'True', reason: 'DeadlineExceeded', message: 'Job was active too long' };
const said = (more: Partial<Verdict> = {}) => ({ exitCode: 0, message: encodeVerdict({ ...verdict, ...more }) });
const refuted = said({
  outcome: 'refuted',
  checks: [{ name: 'files', outcome: 'failed', detail: '2 of 3 files' }],
});

describe('a verification', () => {
  test.each([
    { condition: undefined },
    { condition: { ...complete, status: 'False' } },
    { condition: { type: 'Suspended', status: 'True' } },
  ])('runs while its Job says $condition', ({ condition }) => {
    expect(readOutcome(job(condition), [])).toEqual({ state: 'running' });
  });

  test.each([
    {
      when: 'all has passed',
      job: job(complete),
      ends: { verify: said() },
      outcome: 'verified',
      why: /3 files, 17 bytes/,
    },
    {
      when: 'a check has failed',
      job: job(failed),
      ends: { verify: refuted },
      outcome: 'refuted',
      why: /^files: 2 of 3/,
    },
    {
      when: 'it was too slow',
      job: job(late),
      ends: {},
      outcome: 'inconclusive',
      why: /never ran to its end: DeadlineExceeded: Job was active too long/,
    },
    {
      when: 'it was killed',
      job: job(failed),
      ends: { verify: { exitCode: 137, reason: 'OOMKilled' } },
      outcome: 'inconclusive',
      why: /exit code 137 \(OOMKilled\) and no verdict/,
    },
    {
      when: 'its node was drained',
      job: job(failed),
      ends: { verify: { exitCode: 143 } },
      stopped: { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' },
      outcome: 'inconclusive',
      why: /exit code 143/,
    },
  ])('is $outcome when $when', ({ job: ended, ends, stopped, outcome, why }) => {
    const told = readOutcome(ended, [pod(ends, 'job-uid', undefined, stopped)]);
    expect(told).toMatchObject({ state: 'ended', outcome, why: expect.stringMatching(why) });
  });

  test.each([
    { reason: 'ErrImagePull', state: 'running' },
    { reason: 'ContainerCreating', state: 'running' },
    { reason: 'ImagePullBackOff', state: 'ended' },
    { reason: 'InvalidImageName', state: 'ended' },
    { reason: 'CreateContainerConfigError', state: 'ended' },
  ])('whose container waits because of $reason has $state', ({ reason, state }) => {
    const waiting = pods.parse({
      ...pod({}),
      status: {
        containerStatuses: [{ name: 'verify', image: 'own:1', state: { waiting: { reason, message: 'no such' } } }],
      },
    });
    const told = readOutcome(job(undefined), [waiting]);
    expect(told.state).toBe(state);
    if (told.state === 'ended') {
      expect(told).toMatchObject({
        outcome: 'inconclusive',
        why: `container verify with image own:1 does not start: ${reason}: no such`,
      });
    }
  });

  test('is read from its own Pod, and the youngest of them', () => {
    const other = pod({ verify: refuted }, 'other-uid', '2026-08-20T05:00:00Z');
    const old = pod({ verify: refuted }, 'job-uid', '2026-08-20T01:00:00Z');
    expect(readOutcome(job(complete), [other, old, pod({ verify: said() })])).toMatchObject({ outcome: 'verified' });
  });
});

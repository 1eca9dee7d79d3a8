import { describe, expect, test } from 'vitest';
import { type Job, type Pod, jobs, pods } from '../kubernetes/core-types.ts';
import { readCommand, withCommand } from './read-command.ts';
import type { VerificationEnd } from './read-outcome.ts';
import type { Verdict } from './verdict.ts';

function job(condition?: object): Job {
  return jobs.parse({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'job', uid: 'job-uid' },
    status: { conditions: condition === undefined ? [] : [condition] },
  });
}

function pod(state: object, status: object = {}): Pod {
  return pods.parse({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'pod', creationTimestamp: '2026-08-20T02:00:00Z', ownerReferences: [{ uid: 'job-uid' }] },
    status: { containerStatuses: [{ name: 'command', image: 'psql:17', state }], ...status },
  });
}

const complete = { type: 'Complete', status: 'True' };
const failed = { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' };
const late = { type: 'Failed', status: 'True', reason: 'DeadlineExceeded', message: 'Job was active too long' };
const drained = { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' }] };
const terminated = (exitCode: number, more: object = {}) => ({ terminated: { exitCode, ...more } });

describe('a command of the user', () => {
  test('runs while its Job does, also while its image is pulled for the first time', () => {
    expect(readCommand(job(), [])).toEqual({ state: 'running' });
    expect(readCommand(job(), [pod({ waiting: { reason: 'ErrImagePull' } })])).toEqual({ state: 'running' });
  });

  test.each([
    { when: 'it ends with 0', end: complete, found: pod(terminated(0)), outcome: 'passed', detail: /exit code 0/ },
    {
      when: 'it ends with 0 while its node is drained',
      end: complete,
      found: pod(terminated(0), drained),
      outcome: 'passed',
      detail: /exit code 0/,
    },
    {
      when: 'it says no',
      end: failed,
      found: pod(terminated(3, { message: 'rows missing\n' })),
      outcome: 'failed',
      detail: /^exit code 3: rows missing$/,
    },
    {
      when: 'its program is not in the image',
      end: failed,
      found: pod(terminated(127, { reason: 'Error' })),
      outcome: 'impossible',
      detail: /exit code 127/,
    },
    {
      when: 'it cannot be started',
      end: failed,
      found: pod(terminated(1, { reason: 'StartError' })),
      outcome: 'impossible',
      detail: /StartError/,
    },
    {
      when: 'its program is built for another machine',
      end: failed,
      found: pod(terminated(1, { reason: 'Error', message: 'exec /bin/check: exec format error\n' })),
      outcome: 'impossible',
      detail: /exec format error/,
    },
    {
      when: 'it took too much memory',
      end: failed,
      found: pod(terminated(1, { reason: 'OOMKilled' })),
      outcome: 'impossible',
      detail: /OOMKilled/,
    },
    {
      when: 'it was killed',
      end: failed,
      found: pod(terminated(137, { reason: 'Error' })),
      outcome: 'impossible',
      detail: /exit code 137/,
    },
    {
      when: 'it was told to end because its node is drained, and ended with 1',
      end: failed,
      found: pod(terminated(1, { reason: 'Error' }), drained),
      outcome: 'impossible',
      detail: /stopped: EvictionByEvictionAPI/,
    },
    {
      when: 'it was evicted for the space it took',
      end: failed,
      found: pod(terminated(1, { reason: 'Error' }), { reason: 'Evicted', message: 'ephemeral storage' }),
      outcome: 'impossible',
      detail: /Evicted: ephemeral storage/,
    },
    {
      when: 'it did not end in time, and ended with 1 when it was told to',
      end: late,
      found: pod(terminated(1, { reason: 'Error' })),
      outcome: 'impossible',
      detail: /did not end in time: DeadlineExceeded/,
    },
    { when: 'its Pod is gone', end: failed, found: undefined, outcome: 'impossible', detail: /BackoffLimitExceeded/ },
    {
      when: 'its image cannot be pulled',
      end: undefined,
      found: pod({ waiting: { reason: 'ImagePullBackOff', message: 'not found' } }),
      outcome: 'impossible',
      detail: /container command with image psql:17 does not start: ImagePullBackOff: not found/,
    },
  ])('is $outcome when $when', ({ end, found, outcome, detail }) => {
    const told = readCommand(job(end), found === undefined ? [] : [found]);
    expect(told).toMatchObject({ state: 'ended', check: { outcome, detail: expect.stringMatching(detail) } });
  });
});

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
const ours: VerificationEnd = { state: 'ended', outcome: 'verified', why: '3 files', verdict };
const says = (outcome: 'passed' | 'failed' | 'impossible') => ({ name: 'command', outcome, detail: 'so it says' });

describe('our verdict and the command', () => {
  test.each([
    { check: says('passed'), outcome: 'verified', strength: 'application', why: /^3 files, 17 bytes/ },
    { check: says('failed'), outcome: 'refuted', strength: 'application', why: /^command: so it says/ },
    { check: says('impossible'), outcome: 'inconclusive', strength: 'counts', why: /^command: so it says/ },
  ])('are $outcome when it has $check.outcome', ({ check, outcome, strength, why }) => {
    const told = withCommand(ours, check);
    expect(told).toMatchObject({ outcome, why: expect.stringMatching(why), verdict: { strength, outcome } });
    expect(told.verdict?.checks.map(({ name }) => name)).toEqual(['mount', 'command']);
  });

  test('are refuted by ours alone, whatever the command says', () => {
    const bad = { name: 'files', outcome: 'failed' as const, detail: '2 of 3' };
    const refuted: Verdict = { ...verdict, outcome: 'refuted', checks: [bad] };
    const told = withCommand({ ...ours, outcome: 'refuted', verdict: refuted }, says('passed'));
    expect(told).toMatchObject({ outcome: 'refuted', why: 'files: 2 of 3' });
  });
});

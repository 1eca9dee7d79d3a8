import { describe, expect, it } from 'vitest';
import type { ClaimCoverage, EndedOperation } from './cluster-state.ts';
import { type ClusterState, findProblems, isMended, keyOf } from './find-problems.ts';

const failedAt = '2026-03-15T10:00:00Z';
const error = { code: 'snapshot_failed', what: 'the snapshot failed', why: 'disk full', fix: 'make room' };

function ended(more: Partial<EndedOperation> = {}): EndedOperation {
  return {
    kind: 'Backup',
    name: 'b1',
    namespace: 'db',
    subject: 'db/data',
    finishedAt: failedAt,
    outcome: 'failed',
    error,
    hasFailedChildren: false,
    ...more,
  };
}

function claim(more: Partial<ClaimCoverage> = {}): ClaimCoverage {
  return { namespace: 'db', pvc: 'data', code: 'fresh', why: 'it was backed up', ...more };
}

const now = new Date('2026-03-15T12:00:00Z');

type Given = Partial<Omit<ClusterState, 'claims' | 'ended'>> & {
  readonly claims?: readonly ClaimCoverage[];
  readonly ended?: readonly EndedOperation[];
};

const state = ({ claims = [claim()], ended: all = [], ...more }: Given = {}): ClusterState => ({
  claims: new Map(claims.map((one) => [`${one.namespace}/${one.pvc}`, one])),
  ended: new Map(all.map((one) => [keyOf(one), one])),
  evaluation: { policies: 1, evaluatedAt: '2026-03-15T11:30:00Z' },
  deadLetters: { count: 0, since: undefined },
  ...more,
});

const found = (more: Given) => findProblems(state(more), now);

describe('a claim', () => {
  it('whose objective is missed is a problem, since the miss', () => {
    const late = claim({
      code: 'last_attempt_failed',
      why: 'the backup failed',
      missedSince: failedAt,
      policy: 'nightly',
    });
    expect(found({ claims: [late] })).toMatchObject([
      { key: 'objective/db/data', severity: 'critical', since: failedAt, policy: 'nightly', cause: undefined },
    ]);
  });

  it('that is late for a cause outside it shares the cause', () => {
    const late = claim({ code: 'target_unavailable', missedSince: failedAt });
    expect(found({ claims: [late] })).toMatchObject([{ cause: 'target_unavailable' }]);
  });

  it('that is late and whose last backup failed is one problem', () => {
    const late = claim({ code: 'last_attempt_failed', missedSince: failedAt });
    expect(found({ claims: [late], ended: [ended()] }).map(({ key }) => key)).toEqual(['objective/db/data']);
  });
});

describe('an Operation', () => {
  it.each([
    [ended(), 'backup/db/data', 'db/data was not backed up', 'warning'],
    [ended({ kind: 'RestoreTest', outcome: 'refuted' }), 'restoretest/db/data', 'is not good', 'critical'],
    [
      ended({ kind: 'SelfTest', subject: 'the self-test' }),
      'selftest/the self-test',
      'the self-test failed',
      'critical',
    ],
    [ended({ kind: 'Restore', name: 'r1' }), 'restore/db/r1', 'was not restored', 'warning'],
  ])('that ended badly is a problem: %#', (one, key, what, severity) => {
    expect(found({ ended: [one] })).toMatchObject([
      { key, severity, what: expect.stringContaining(what), since: failedAt },
    ]);
    expect(found({ ended: [one] })[0]?.fix).toContain('Operation db/');
  });

  it('that waits for a yes is one problem for all claims of its policy', () => {
    const waits = { ...error, code: 'confirmation_needed' };
    const prune = (subject: string) => ended({ kind: 'Prune', subject, policy: 'nightly', error: waits });
    expect(found({ ended: [prune('db/data'), prune('db/logs')] })).toMatchObject([
      { cause: 'yes/nightly', what: 'The prune of db/data waits for a yes' },
      { cause: 'yes/nightly' },
    ]);
  });

  it('is none when it was good, or when a newer point is there', () => {
    expect(found({ ended: [ended({ outcome: 'good' })] })).toEqual([]);
    expect(found({ claims: [claim({ newestAt: '2026-03-15T10:00:01Z' })], ended: [ended()] })).toEqual([]);
  });

  it('of a namespace leaves its problem to the children that have failed', () => {
    const parent = ended({ kind: 'NamespaceBackup', subject: 'db', hasFailedChildren: true });
    expect(found({ ended: [parent] })).toEqual([]);
  });
});

describe('a problem that no look finds any more', () => {
  const [problem] = found({ ended: [ended()] });
  if (problem === undefined) throw new Error('there is a problem');

  it.each<[string, Given, boolean]>([
    ['its Operation was deleted', {}, false],
    ['a later one was good', { ended: [ended({ outcome: 'good', finishedAt: '2026-03-15T11:00:00Z' })] }, true],
    ['an earlier one was good', { ended: [ended({ outcome: 'good', finishedAt: '2026-03-15T09:00:00Z' })] }, false],
    ['a newer point is there', { claims: [claim({ newestAt: '2026-03-15T10:00:01Z' })] }, true],
    ['the claim is gone', { claims: [claim({ pvc: 'other' })] }, true],
    ['nothing was evaluated yet', { claims: [] }, false],
  ])('%s', (_title, more, expected) => {
    expect(isMended(problem.key, problem.since, state(more), now)).toBe(expected);
  });
});

it('dead letters are one problem, since the oldest', () => {
  expect(found({ deadLetters: { count: 3, since: failedAt } })).toMatchObject([
    { key: 'dead-letters', since: failedAt },
  ]);
});

describe('an objective that is not found missed any more', () => {
  const of = (more: Given) => isMended('objective/db/data', failedAt, state(more), now);

  it.each<[string, Given, boolean]>([
    ['it is met', { claims: [claim()] }, true],
    ['its claim is gone', { claims: [claim({ pvc: 'other' })] }, true],
    ['nothing is known', { claims: [] }, false],
    ['nobody evaluates', { evaluation: { policies: 1, evaluatedAt: '2026-03-15T08:59:00Z' } }, false],
    ['it is still missed, for another cause', { claims: [claim({ missedSince: failedAt })] }, false],
  ])('%s', (_title, more, expected) => {
    expect(of(more)).toBe(expected);
  });
});

it('policies that nobody evaluates are a problem, and no policies are none', () => {
  expect(found({ evaluation: { policies: 2, evaluatedAt: '2026-03-15T08:59:00Z' } })).toMatchObject([
    { key: 'evaluation', severity: 'critical' },
  ]);
  expect(found({ evaluation: { policies: 2, evaluatedAt: undefined } })).toHaveLength(1);
  expect(found({ evaluation: { policies: 0, evaluatedAt: undefined } })).toEqual([]);
});

it('prunes of two policies are two problems', () => {
  const prune = (policy: string, outcome: 'good' | 'failed') => ended({ kind: 'Prune', policy, outcome });
  expect(found({ ended: [prune('a', 'good'), prune('b', 'failed')] }).map(({ key }) => key)).toEqual([
    'prune/db/data/b',
  ]);
});

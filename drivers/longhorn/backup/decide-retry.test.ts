import { describe, expect, it } from 'vitest';
import { managedLabel, operationUidLabel } from '@soteria/shared/operation/record/marks.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { OperationSpec, OperationStatus, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { decide as decideBackup } from './decide.ts';
import { stuckAfterMs } from './decide-stuck.ts';
import { backupWith, now, operationWith, rules, snapshotWith, target, volume } from './fixtures.ts';
import { retryDelayMs } from '../../backup/attempts.ts';
import type { World } from './world.ts';

const minute = 60_000;
const at = (ms: number) => new Date(now.getTime() + ms).toISOString();
const marks = { [managedLabel]: 'true', [operationUidLabel]: operationWith().metadata.uid };

function running(work: Partial<OperationWork> = {}, change: Partial<OperationStatus> = {}): OperationStatus {
  return {
    phase: 'Running',
    progress: 50,
    message: 'Longhorn is uploading backup: 1 %',
    steps: [{ name: 'upload', state: 'running', startedAt: at(-minute) }],
    startedAt: at(-minute),
    movedAt: at(-minute),
    announced: ['started'],
    work: { attempt: 1, volume: 'vol-1', backupTarget: 'default', snapshot: 'snap', snapshotMade: true, ...work },
    ...change,
  };
}

const uploading = { backup: 'backup', backupMade: true } as const;

function decide(status: OperationStatus, world: World, spec: Partial<OperationSpec> = {}) {
  return decideBackup({
    operation: operationWith(spec, status),
    world: { paused: { seen: false }, ...world },
    rules,
    now,
  });
}

const failed: World = { backup: { seen: backupWith({ state: 'Error', error: 'failed to acquire lock', marks }) } };

/** With retryAt in status.work, still Running. */
function isRetry(action: ReturnType<typeof decide>): boolean {
  return action.do === 'record' && action.status.phase === 'Running' && action.status.work?.retryAt !== undefined;
}

describe('an attempt that failed', () => {
  const old = { movedAt: at(-61 * minute), startedAt: at(-61 * minute) };
  const ready = snapshotWith({ marks });
  const cases: readonly [title: string, status: OperationStatus, world: World][] = [
    ['Longhorn says Error, such as for a lock that is held', running(uploading), failed],
    [
      'Longhorn has lost sight of it',
      running(uploading),
      { backup: { seen: backupWith({ state: 'Unknown', marks }) } },
    ],
    [
      'it stands still for an hour',
      running(uploading, old),
      { backup: { seen: backupWith({ state: 'InProgress', progress: 1, marks }) }, volume: { seen: volume } },
    ],
    [
      'it is Pending for an hour',
      running(uploading, old),
      { backup: { seen: backupWith({ state: 'Pending', progress: 0, marks }) }, volume: { seen: volume } },
    ],
    [
      'its snapshot is never ready',
      running({}, old),
      { snapshot: { seen: { ...ready, isReady: false } }, volume: { seen: volume } },
    ],
    ['its snapshot failed', running(), { snapshot: { seen: { ...ready, isReady: false, error: 'purging' } } }],
  ];
  it.each(cases)('is followed by another one later: %s', (_title, status, world) => {
    expect(isRetry(decide(status, world))).toBe(true);
  });

  it('is the last one when there were enough, and says what Longhorn said', () => {
    expect(decide(running({ ...uploading, attempt: 3 }), failed)).toMatchObject({
      status: {
        phase: 'Failed',
        error: { code: 'backup_failed', why: expect.stringContaining('attempt 3, the last') },
      },
    });
  });

  it('that could not be deleted is not mistaken for one that failed', () => {
    const deleting = decide(running(uploading), {
      backup: { seen: backupWith({ state: 'Error', isDeleting: true, marks }) },
    });
    expect(deleting).toMatchObject({ status: { work: { attempt: 2 } } });
  });
});

describe('the time until the next attempt', () => {
  const uids = Array.from({ length: 200 }, (_, index) => `uid-${index}`);
  const delays = (attempt: number) =>
    uids.map((uid) => {
      const operation = operationWith();
      return retryDelayMs({ ...operation, metadata: { ...operation.metadata, uid } }, attempt, 150_000);
    });

  it('is never shorter than a lock lives, grows, and spreads those that failed together', () => {
    for (const attempt of [1, 2]) {
      const least = 150_000 * attempt;
      expect(Math.min(...delays(attempt))).toBeGreaterThanOrEqual(least);
      expect(Math.max(...delays(attempt))).toBeLessThanOrEqual(least * 1.5);
      expect(new Set(delays(attempt)).size).toBeGreaterThan(190);
    }
    expect(delays(1)).toEqual(delays(1));
  });
});

describe('between two attempts', () => {
  const waiting = (retryAt: string) => running({ ...uploading, retryAt });
  const gone: World = { backup: { seen: undefined }, volume: { seen: volume }, snapshot: { seen: undefined } };

  it('the failed backup goes first, its snapshot second, and nothing of anybody else', () => {
    const foreign: World = {
      backup: { seen: backupWith({ state: 'Error', marks: { [operationUidLabel]: 'other' } }) },
      snapshot: { seen: snapshotWith({ marks: {} }) },
    };
    const snapshot: World = { ...gone, snapshot: { seen: snapshotWith({ marks }) } };
    const there = { ...failed, target: { seen: target } };
    expect(decide(waiting(at(minute)), there)).toMatchObject({ do: 'delete-backup', name: 'backup' });
    expect(decide(waiting(at(minute)), snapshot)).toMatchObject({ do: 'delete-snapshot', name: 'snap' });
    expect(decide(waiting(at(minute)), foreign)).toMatchObject({ do: 'wait' });
  });

  it('the failed backup stays while its target is away: only its object would go', () => {
    const away = { ...failed, target: { seen: { ...target, isAvailable: false } }, snapshot: { seen: undefined } };
    expect(decide(waiting(at(minute)), away)).toMatchObject({ do: 'wait' });
  });

  it('the deadline of the whole comes before the deletion, which fails as long as Longhorn’s webhook is away', () => {
    const late = { ...waiting(at(minute)), startedAt: at(-1_441 * minute) };
    const left = { ...gone, snapshot: { seen: snapshotWith({ marks }) } };
    expect(decide(late, left)).toMatchObject({ do: 'record', status: { phase: 'Failed' } });
  });

  it('nothing begins before its time, and the next has names of its own', () => {
    expect(decide(waiting(at(1)), gone)).toMatchObject({ do: 'wait' });
    const next = decide(waiting(at(0)), gone);
    expect(next).toMatchObject({
      do: 'record',
      status: { work: { attempt: 2, snapshot: expect.stringMatching(/-r2$/) } },
    });
    expect(next.do === 'record' && next.status.work).not.toHaveProperty('retryAt');
    expect(next.do === 'record' && next.status.work).not.toHaveProperty('backup');
  });

  it('it can be cancelled, and ends when the whole has taken too long', () => {
    expect(decide(waiting(at(minute)), gone, { cancelRequested: true })).toMatchObject({
      status: { phase: 'Cancelled' },
    });
    const late = running({ ...uploading, retryAt: at(minute) }, { startedAt: at(-1_441 * minute) });
    expect(decide(late, gone)).toMatchObject({ status: { phase: 'Failed', error: { code: 'deadline_exceeded' } } });
  });

  it('what became complete after all is kept, even when it is to be cancelled', () => {
    const complete: World = { ...gone, backup: { seen: backupWith({ marks }) } };
    for (const cancelRequested of [false, true]) {
      const taken = decide(waiting(at(minute)), complete, { cancelRequested });
      expect(taken).toMatchObject({
        do: 'record',
        status: { phase: 'Running', work: { attempt: 1, backup: 'backup' } },
      });
      expect(taken.do === 'record' && taken.status.work).not.toHaveProperty('retryAt');
    }
  });
});

describe('a backup that became complete after it was given up, and was lost from the list', () => {
  const givenUp = running({ ...uploading, retryAt: at(-minute) });
  const missing = (lastBackup: string): World => ({
    backup: { seen: undefined },
    volume: { seen: { ...volume, lastBackup } },
    snapshot: { seen: undefined },
  });

  it('is waited for, not made twice: its volume names it as the last one', () => {
    expect(decide(givenUp, { backup: { seen: undefined } })).toEqual({ do: 'look', at: 'volume' });
    const again = decide(givenUp, missing('backup'));
    expect(again).toMatchObject({ do: 'record', status: { phase: 'Running', work: { attempt: 1 } } });
    expect(again.do === 'record' && again.status.work).not.toHaveProperty('retryAt');
    const going = backupWith({ marks, isDeleting: true });
    expect(decide(givenUp, { backup: { seen: going } })).toMatchObject({ status: { work: { attempt: 1 } } });
    expect(decide(givenUp, missing('another'))).toMatchObject({ status: { work: { attempt: 2 } } });
  });
});

describe('how long an upload may stand still', () => {
  it('depends on how much there is to read', () => {
    expect(stuckAfterMs(3_600_000, 0n)).toBe(3_600_000);
    expect(stuckAfterMs(3_600_000, 2_748_779_069_440n)).toBe(3_600_000 + 26_214_400);
    const large = { seen: { ...volume, actualSizeBytes: 2_748_779_069_440n } };
    const still = running(uploading, { movedAt: at(-300 * minute), startedAt: at(-300 * minute) });
    const zero = { seen: backupWith({ state: 'InProgress', progress: 1, marks }) };
    expect(decide(still, { backup: zero })).toEqual({ do: 'look', at: 'volume' });
    expect(decide(still, { backup: zero, volume: large })).toMatchObject({ do: 'wait' });
  });
});

describe('a refusal', () => {
  const refusal = new SoteriaError('cluster_refused', {
    what: 'w',
    why: 'backup target default is not available',
    fix: 'f',
  });
  const making = running({ backup: 'backup' });
  const away = { seen: { ...target, isAvailable: false, unavailableMessage: 'timed out' } };

  it('while the target is away waits until it is back', () => {
    expect(decide(making, { refusal })).toEqual({ do: 'look', at: 'target' });
    expect(decide(making, { refusal, target: away })).toMatchObject({
      do: 'record',
      status: { phase: 'Running', message: expect.stringContaining('timed out') },
    });
  });

  it('by a webhook that does not know yet that the target is back is tried again', () => {
    expect(decide(making, { refusal, target: { seen: target } })).toMatchObject({ status: { phase: 'Running' } });
  });

  it('of the request itself, with the target there, is for good', () => {
    const misfit = new SoteriaError('cluster_refused', { what: 'w', why: 'snapshot <nil> is invalid', fix: 'f' });
    expect(decide(making, { refusal: misfit, target: { seen: target } })).toMatchObject({
      status: { phase: 'Failed', error: { code: 'cluster_refused' } },
    });
  });
});

describe('what Longhorn refuses for a state of its installation', () => {
  const words = 'denied the request: cannot find engine image by longhornio/longhorn-engine:v1.12.1';
  const refusal = new SoteriaError('cluster_refused', { what: 'w', why: words, fix: 'f' });
  const refused: World = { target: { seen: target }, refusal };
  const making = (movedAt: string) => running({ snapshotMade: false }, { movedAt, progress: 10 });

  it('is tried again, and the record says why meanwhile', () => {
    const told = decide(making(at(-minute)), refused);
    expect(told).toMatchObject({
      do: 'record',
      status: { phase: 'Running', movedAt: at(-minute), message: expect.stringContaining('engine image') },
    });
    const message = told.do === 'record' ? told.status.message : '';
    expect(decide({ ...making(at(-minute)), message }, refused)).toEqual({ do: 'wait' });
  });

  it('is asked for once in a wake-up, and the name that is recorded anew is no move', () => {
    const steps = [{ name: 'upload', state: 'running' as const, startedAt: at(-minute) }];
    const again = running({}, { steps, movedAt: at(-30 * minute) });
    const ready: World = { snapshot: { seen: snapshotWith({ marks }) }, target: { seen: target } };
    const told = decide(again, { ...ready, refusal });
    expect(told).toMatchObject({ do: 'record', status: { message: expect.stringContaining('for now') } });
    expect(told.do === 'record' && told.status.work?.backup).toBeUndefined();
  });

  it('fails when it lasts longer than the stall limit', () => {
    expect(decide(making(at(-61 * minute)), refused)).toMatchObject({ status: { phase: 'Failed' } });
  });
});

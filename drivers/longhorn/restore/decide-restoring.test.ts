import type { RestoreVolume } from '@soteria/shared/longhorn/port-restore.ts';
import { heldByLabel, operationUidLabel } from '@soteria/shared/operation/record/marks.ts';
import type { Operation, OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import type { OperationKind } from '@soteria/shared/operation/kinds/kinds.ts';
import { describe, expect, it } from 'vitest';
import { decideRestoring } from './decide-restoring.ts';
import { decideVolume } from './decide-volume.ts';
import type { Rules } from '../../restore/world.ts';
import type { World } from './world.ts';

const rules: Rules = {
  stallMs: 3_600_000,
  deadlineMs: 86_400_000,
  maxAttempts: 2,
  readingMs: 900_000,
  runnerImage: 'soteria:test',
  maxParallelTests: 3,
  maxTestBytesPerDay: 1_000_000n,
};

const began = Date.parse('2026-01-31T01:00:00Z');
const minute = 60_000;

const work = { attempt: 1, volume: 'copy', backup: 'point', claimNamespace: 'shop', claim: 'data-2', volumeMade: true };

function operationWith(status: Partial<OperationStatus>): Operation {
  const at = new Date(began).toISOString();
  return {
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata: { name: 'restore', namespace: 'shop', uid: 'uid-1', resourceVersion: '1', creationTimestamp: at },
    spec: { kind: 'Restore', request: { pvc: 'data', targetPvc: 'data-2' } },
    status: { phase: 'Running', progress: 30, message: '', steps: [], startedAt: at, movedAt: at, work, ...status },
  };
}

const restoring: RestoreVolume = {
  name: 'copy',
  uid: 'uid-of-copy',
  isDeleting: false,
  fromBackup: 's3://b@r/?backup=point&volume=vol-1',
  sizeBytes: 1n,
  state: 'attached',
  robustness: 'unknown',
  isRestoreInitiated: true,
  isRestoreRequired: true,
  isFrontendDisabled: true,
  unscheduledBecause: undefined,
  failedBecause: undefined,
  marks: { [operationUidLabel]: 'uid-1' },
};

/** Looked at every two minutes; answers how it ended, and how many records that took. */
function follow(first: Operation, minutes: number, percentAt: (minute: number) => number | undefined) {
  let { status } = first;
  let records = 0;
  for (let at = 0; at < minutes && status?.phase === 'Running'; at += 2) {
    const now = new Date(began + at * minute);
    const world: World = { volume: { seen: restoring }, progress: { seen: percentAt(at) } };
    const action = decideRestoring({ operation: { ...first, status }, world, rules, now }, status.work ?? work);
    if (action.do !== 'record') continue;
    ({ status } = action);
    records += 1;
  }
  return { phase: status?.phase, records };
}

describe('a restore whose bytes move slowly', () => {
  it('is not stuck although a tenth takes five hours, and is written down four times in an hour at most', () => {
    const { phase, records } = follow(operationWith({}), 20 * 60, (at) => Math.floor(at / 30));
    expect(phase).toBe('Running');
    expect(records).toBeLessThanOrEqual(20 * 4);
  });

  it('is not stuck in its second attempt, below what the first has reached', () => {
    const second = operationWith({ progress: 66, work: { ...work, attempt: 2, percent: 0 } });
    expect(follow(second, 8 * 60, (at) => Math.floor(at / 6)).phase).toBe('Running');
  });

  it.each<[string, (at: number) => number | undefined]>([
    ['stands still', (at) => Math.min(7, Math.floor(at / 5))],
    ['never begins', () => 0],
    ['tells nothing', () => undefined],
  ])('is stuck once it %s', (_title, percentAt) => {
    expect(follow(operationWith({}), 3 * 60, percentAt).phase).toBe('Failed');
  });
});

describe('a backup that another restore holds', () => {
  const backup = {
    name: 'point',
    uid: 'uid-of-point',
    state: 'Completed',
    progress: 100,
    isDeleting: false,
    url: 's3://b@r/?backup=point&volume=vol-1',
    volume: 'vol-1',
    backupTargetName: 'default',
    marks: { [heldByLabel]: 'uid-2' },
    catalogue: {},
    lastSyncedAt: '2026-01-30T01:00:00Z',
  };
  const wait = (operation: Operation, hours: number) => {
    const world: World = { backup: { seen: backup }, running: { seen: ['uid-1', 'uid-2'] } };
    const now = new Date(began + hours * 60 * minute);
    return decideVolume({ operation, world, rules, now }, { attempt: 1, volume: 'copy', backup: 'point' });
  };

  it('is waited for longer than anything that is stuck', () => {
    expect(wait(operationWith({}), 5)).toMatchObject({ do: 'record', status: { phase: 'Running' } });
  });

  it('is waited for until the deadline', () => {
    const late = wait(operationWith({}), 25);
    expect(late).toMatchObject({ do: 'record', status: { phase: 'Failed', error: { code: 'deadline_exceeded' } } });
  });
});

describe('a volume that is restored', () => {
  const restored = { ...restoring, state: 'detached', isRestoreRequired: false, isFrontendDisabled: false };
  const held = { name: 'point', marks: { [heldByLabel]: 'uid-1' } } as unknown as NonNullable<World['backup']>['seen'];
  const decide = (world: World, status: Partial<OperationStatus> = {}, kind: OperationKind = 'Restore') => {
    const plain = operationWith(status);
    const operation = { ...plain, spec: { ...plain.spec, kind } };
    const situation = { operation, world: { volume: { seen: restored }, ...world }, rules, now: new Date(began) };
    return decideRestoring(situation, operation.status?.work ?? work);
  };

  const claim = (phase: string) => {
    const found = { metadata: { labels: { [operationUidLabel]: 'uid-1' } }, status: { phase } };
    return { seen: found as unknown as NonNullable<World['claim']>['seen'] };
  };

  it.each([
    ['a restore whose claim has to be waited for', 'Restore', 'Pending'],
    ['a restore test, before it is looked at', 'RestoreTest', 'Bound'],
  ] as const)('lets go of its backup: %s', (_title, kind, phase) => {
    const first = { claim: claim(phase) };
    expect(decide(first, {}, kind)).toEqual({ do: 'look', at: 'backup' });
    expect(decide({ ...first, backup: { seen: held } }, {}, kind)).toEqual({ do: 'release', backup: held });
    const after = decide({ ...first, backup: { seen: undefined } }, {}, kind);
    expect(after).toMatchObject({ do: 'record', status: { phase: 'Running', work: { isReleased: true } } });
  });

  it('is not looked at again for its backup', () => {
    const waits = decide({ claim: claim('Pending') }, { work: { ...work, isReleased: true } });
    expect(waits).toMatchObject({ do: 'record', status: { message: expect.stringContaining('not yet Bound') } });
  });

  it('becomes permanent at once where its claim is bound: the end lets go, without one more request', () => {
    expect(decide({ claim: claim('Bound') })).toMatchObject({ do: 'record', status: { work: { isPermanent: true } } });
  });

  it('holds its backup again when it is made once more', () => {
    const again = decide(
      { volume: { seen: undefined } },
      { work: { ...work, isRemaking: true, isReleased: true, percent: 90 } },
    );
    expect(again).toMatchObject({ do: 'record', status: { work: { attempt: 2, isReleased: false, percent: 0 } } });
  });
});

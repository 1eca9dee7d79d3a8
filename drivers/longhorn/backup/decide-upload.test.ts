import { describe, expect, it } from 'vitest';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { OperationStatus, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { managedLabel, operationUidLabel } from '@soteria/shared/operation/record/marks.ts';
import { decide as decideBackup } from './decide.ts';
import {
  backupVolume,
  backupWith,
  claim,
  now,
  operationWith,
  persistentVolume,
  rules,
  snapshotWith,
  target,
  volume,
} from './fixtures.ts';
import type { World } from './world.ts';

const minute = 60_000;
const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();
const marks = { [managedLabel]: 'true', [operationUidLabel]: operationWith().metadata.uid };

function uploading(change: Partial<OperationStatus>, work: Partial<OperationWork> = {}): OperationStatus {
  return {
    phase: 'Running',
    progress: 50,
    message: 'Longhorn is uploading backup: 1 %',
    steps: [{ name: 'upload', state: 'running', startedAt: ago(600 * minute) }],
    startedAt: ago(600 * minute),
    movedAt: ago(minute),
    announced: ['started'],
    work: {
      attempt: 1,
      volume: 'vol-1',
      snapshot: 'backup',
      snapshotMade: true,
      backup: 'backup',
      backupMade: true,
      ...work,
    },
    ...change,
  };
}

function decide(status: OperationStatus, world: World) {
  return decideBackup({
    operation: operationWith({}, status),
    world: { paused: { seen: false }, ...world },
    rules,
    now,
  });
}

const inProgress = (progress: number): World => ({
  backup: { seen: backupWith({ state: 'InProgress', progress, marks }) },
});

describe('an upload', () => {
  it('is written in quarters while it is quick', () => {
    expect(decide(uploading({}), inProgress(24))).toEqual({ do: 'wait' });
    expect(decide(uploading({}), inProgress(26))).toMatchObject({ do: 'record', status: { progress: 60 } });
  });

  it('is verified before it is done, however far Longhorn has counted', () => {
    const counted = decide(uploading({}), inProgress(100));
    expect(counted).toMatchObject({ do: 'record', status: { progress: 90 } });
    const uploaded = { backup: { seen: backupWith({ marks, lastSyncedAt: undefined }) } };
    const verifying = decide(uploading({ progress: 90 }), uploaded);
    expect(verifying.do === 'record' && verifying.status.steps.at(-1)?.name).toBe('verify');
  });

  it('that takes hours for a quarter is moving as long as Longhorn’s own progress moves', () => {
    const slow = uploading({ movedAt: ago(61 * minute) });
    const moved = decide(slow, inProgress(4));
    expect(moved).toMatchObject({ do: 'record', status: { phase: 'Running', movedAt: now.toISOString() } });
  });

  it('is begun anew when Longhorn’s progress has stood still for too long, and fails when the whole takes too long', () => {
    const stuck = uploading({ movedAt: ago(61 * minute) });
    const late = { do: 'record', status: { phase: 'Failed', error: { code: 'deadline_exceeded' } } };
    const again = decide(stuck, { ...inProgress(1), volume: { seen: volume } });
    expect(again).toMatchObject({ status: { phase: 'Running', work: { retryAt: expect.any(String) } } });
    expect(decide(uploading({ startedAt: ago(1_441 * minute) }), inProgress(1))).toMatchObject(late);
  });
});

describe('what cannot be created', () => {
  it('is tried until the deadline of the whole, and no longer', () => {
    const world: World = { snapshot: { seen: undefined } };
    const begun = (startedAt: string) =>
      uploading({ startedAt, movedAt: startedAt }, { snapshotMade: false, backup: undefined, backupMade: false });
    expect(decide(begun(ago(90 * minute)), world)).toMatchObject({ do: 'create-snapshot' });
    expect(decide(begun(ago(1_441 * minute)), world)).toMatchObject({ do: 'record', status: { phase: 'Failed' } });
  });
});

describe('a backup whose making was not recorded', () => {
  const seen = (lastBackup?: string): World => ({
    claim: { seen: claim },
    persistentVolume: { seen: persistentVolume },
    volume: { seen: { ...volume, lastBackup } },
    identity: { seen: { id: 'cluster-1', uid: 'uid-of-kube-system', bornAt: undefined } },
  });
  const intended = (minutesAgo: number) => uploading({ movedAt: ago(minutesAgo * minute) }, { backupMade: false });

  it('is made by the wake-up that has recorded its name', () => {
    expect(decide(intended(0), { ...seen(), intended: 'backup' })).toMatchObject({ do: 'create-backup' });
  });

  it('is made by no other: that one may be at it, or have been', () => {
    expect(decide(intended(0), seen())).toEqual({ do: 'look', at: 'backup' });
    expect(decide(intended(0), { ...seen(), backup: { seen: undefined } })).toEqual({ do: 'wait' });
    expect(decide(intended(4), { ...seen(), intended: 'backup-r2', backup: { seen: undefined } })).toEqual({
      do: 'wait',
    });
  });

  it('gives way to a new attempt when the process that was to make it must be gone', () => {
    expect(decide(intended(5), { ...seen(), backup: { seen: undefined } })).toMatchObject({
      do: 'record',
      status: { phase: 'Running', work: { attempt: 1, retryAt: now.toISOString() } },
    });
  });

  it('counts as made when Longhorn says it was the last one completed', () => {
    const world = { ...seen('backup'), backup: { seen: undefined } };
    expect(decide(intended(5), world)).toMatchObject({ do: 'record', status: { work: { backupMade: true } } });
  });

  it('of the v2 engine, whose volumes name no last one, is looked for on the target first', () => {
    const v2 = { ...seen(), volume: { seen: { ...volume, dataEngine: 'v2' } }, backup: { seen: undefined } };
    expect(decide(intended(4), v2)).toEqual({ do: 'wait' });
    expect(decide(intended(5), v2)).toMatchObject({ do: 'record', status: { work: { backupMade: true } } });
  });

  it('may be made once more, by a new intent, when Longhorn has refused it', () => {
    const refusal = new SoteriaError('cluster_refused', { what: 'w', why: 'y', fix: 'f' });
    const away = { target: { seen: { ...target, isAvailable: false } } };
    const refused = decide(intended(0), { ...seen(), ...away, intended: 'backup', refusal });
    expect(refused).toMatchObject({ do: 'record', status: { phase: 'Running', work: { snapshotMade: true } } });
    const status = refused.do === 'record' ? refused.status : intended(0);
    expect(status.work).not.toHaveProperty('backup');

    const snapshot = { seen: snapshotWith({ name: 'backup', marks }) };
    expect(decide(status, { ...seen(), snapshot })).toEqual({ do: 'look', at: 'target' });
    expect(decide(status, { ...seen(), snapshot, ...away })).toEqual({ do: 'wait' });
    expect(decide(status, { ...seen(), snapshot, target: { seen: target } })).toMatchObject({
      do: 'record',
      status: { work: { backup: 'backup' } },
    });
  });
});

describe('a backup that Longhorn no longer lists', () => {
  const gone = (readAt: string | undefined, others = [backupWith({ name: 'other' })]): World => ({
    backup: { seen: undefined },
    target: { seen: target },
    backupVolume: { seen: { ...backupVolume, lastSyncedAt: readAt } },
    catalogue: { seen: others },
  });
  const missed = (...readings: string[]) => uploading({}, { vanishedAt: ago(1), readings });

  it('is missed first: by Longhorn’s clock, whatever ours says', () => {
    const first = decide(uploading({}), gone('2026-08-20T01:58:00Z'));
    expect(first).toMatchObject({ status: { work: { attempt: 1, readings: ['2026-08-20T01:58:00Z'] } } });
    expect(decide(uploading({}), { backup: { seen: undefined } })).toEqual({
      do: 'look',
      at: ['target', 'backupVolume'],
    });
  });

  it('counts as gone only after two more readings: the first of them may have begun before it was lost', () => {
    expect(decide(missed('1'), gone('1'))).toEqual({ do: 'wait' });
    expect(decide(missed('1'), gone('2'))).toMatchObject({
      status: { work: { attempt: 1, readings: ['1', '2'] } },
    });
    expect(decide(missed('1', '2'), gone('2'))).toEqual({ do: 'wait' });
    expect(decide(missed('1', '2', '3'), gone('3'))).toMatchObject({ status: { work: { attempt: 2 } } });
  });

  it('is not gone while only its target is read: the backups of each volume are read apart', () => {
    const reading = (lastSyncedAt: string) => ({ ...gone('1'), target: { seen: { ...target, lastSyncedAt } } });
    for (const at of ['2', '3', '4']) expect(decide(missed('1'), reading(at))).toEqual({ do: 'wait' });
  });

  it('has a volume that was never read yet: that is no reading', () => {
    expect(decide(missed('1'), gone(undefined))).toEqual({ do: 'wait' });
  });

  it('of a volume that the target does not hold is gone by the readings of the target', () => {
    const unknown = (lastSyncedAt: string): World => ({
      ...gone('1'),
      backupVolume: { seen: undefined },
      target: { seen: { ...target, lastSyncedAt } },
    });
    expect(decide(missed('1'), unknown('2'))).toMatchObject({ status: { work: { readings: ['1', '2'] } } });
    expect(decide(missed('1', '2', '3'), unknown('3'))).toMatchObject({ status: { work: { attempt: 2 } } });
  });

  it('does not count as gone while nothing at all is listed', () => {
    expect(decide(missed('1', '2', '3'), gone('3', []))).toEqual({ do: 'wait' });
  });

  it('is not yet gone while it is being deleted: Longhorn takes objects away and leaves the data', () => {
    const deleting: World = { backup: { seen: backupWith({ marks, isDeleting: true }) } };
    expect(decide(uploading({}), deleting)).toEqual({ do: 'wait' });
  });

  it('and is listed again is no longer missed: the next time counts anew', () => {
    const back = decide(uploading({}, { vanishedAt: ago(30 * minute) }), inProgress(10));
    expect(back).toMatchObject({ do: 'record', status: { phase: 'Running' } });
    expect(back.do === 'record' && back.status.work).not.toHaveProperty('vanishedAt');
  });
});

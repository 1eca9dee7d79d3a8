import { describe, expect, test } from 'vitest';
import { type BackupSituation, decideBackup } from './decide-backup.ts';
import { type DeletionSituation, decideBackupDeletion } from './decide-backup-deletion.ts';
import { type SnapshotSituation, decideSnapshot, placeInChain } from './decide-snapshot.ts';
import { type TargetSituation, decideTarget, planSync } from './decide-target.ts';
import { decideVolume } from './decide-volume.ts';
import { backupSituation, deletionSituation, snapshotSituation, targetSituation } from './testing/situations.ts';

describe('a backup', () => {
  test.each<{ when: string; is: Partial<BackupSituation>; next: string }>([
    { when: 'all is ready', is: {}, next: 'begin' },
    { when: 'the snapshot is not ready', is: { isSnapshotReady: false }, next: 'wait' },
    { when: 'the snapshot was not ready five times', is: { isSnapshotReady: false, waits: 5 }, next: 'fail' },
    {
      when: 'the volume is being attached, however often',
      is: { volumeState: 'attaching', waits: 9 },
      next: 'nothing',
    },
    { when: 'there is no volume, five times', is: { volumeState: undefined, waits: 5 }, next: 'fail' },
    { when: 'another is being deleted, however often', is: { deletedSibling: 'old', waits: 99 }, next: 'wait' },
    { when: 'it was read from the target', is: { snapshotName: '' }, next: 'readBack' },
    {
      when: 'it was read from a target that is away',
      is: { snapshotName: '', isTargetAvailable: false },
      next: 'nothing',
    },
    { when: 'it runs', is: { state: 'InProgress' }, next: 'advance' },
    { when: 'it runs and is stuck', is: { state: 'InProgress', faults: { stuckInProgress: true } }, next: 'nothing' },
    { when: 'the target goes away under it', is: { state: 'InProgress', isTargetAvailable: false }, next: 'fail' },
    { when: 'the volume goes away under it', is: { state: 'InProgress', volumeState: undefined }, next: 'fail' },
    { when: 'it is completed', is: { state: 'Completed' }, next: 'readBack' },
    { when: 'it is completed and read back', is: { state: 'Completed', isReadBack: true }, next: 'nothing' },
    { when: 'it has failed', is: { state: 'Error' }, next: 'nothing' },
  ])('when $when: $next', ({ is, next }) => {
    expect(decideBackup({ ...backupSituation, ...is }).type).toBe(next);
  });
});

describe('a deleted backup', () => {
  test.each<{ when: string; is: Partial<DeletionSituation>; next: string }>([
    { when: 'nothing stands in the way', is: {}, next: 'markDeleting' },
    { when: 'it is marked', is: { state: 'Deleting' }, next: 'deleteFromTarget' },
    { when: 'another is running', is: { state: 'Deleting', isSiblingInProgress: true }, next: 'fail' },
    { when: 'the target is away', is: { isTargetAvailable: false }, next: 'deleteObject' },
    { when: 'only the object is to go', is: { isObjectOnly: true }, next: 'deleteObject' },
    { when: 'it never reached the target', is: { isOnTarget: false, isSiblingInProgress: true }, next: 'deleteObject' },
    { when: 'deletions fail', is: { faults: { failedDeletion: 'denied' } }, next: 'fail' },
    { when: 'a failed one is tried again', is: { state: 'Error' }, next: 'markDeleting' },
  ])('when $when: $next', ({ is, next }) => {
    expect(decideBackupDeletion({ ...deletionSituation, ...is }).type).toBe(next);
  });
});

describe('a snapshot', () => {
  test.each<{ when: string; is: Partial<SnapshotSituation>; next: string }>([
    { when: 'the volume is attached', is: {}, next: 'take' },
    { when: 'the volume is detached', is: { volumeState: 'detached' }, next: 'wait' },
    { when: 'the volume was detached and is attached', is: { error: 'engine is not running' }, next: 'take' },
    { when: 'it was taken before a restart', is: { volumeState: 'detached', isTaken: true }, next: 'take' },
    { when: 'it should exist and does not', is: { mustBeTaken: false }, next: 'wait' },
    { when: 'there is no volume', is: { volumeState: undefined }, next: 'wait' },
    { when: 'it is ready', is: { isReady: true, hasInstant: true }, next: 'nothing' },
    { when: 'it could not be taken a while ago', is: { error: 'cannot freeze' }, next: 'take' },
    { when: 'it was lost', is: { error: 'lost track', hasInstant: true }, next: 'nothing' },
    { when: 'the newest is deleted', is: { isDeleting: true, isTaken: true }, next: 'markRemoved' },
    { when: 'an older one is deleted', is: { isDeleting: true, isTaken: true, isNewest: false }, next: 'remove' },
    {
      when: 'it goes with its volume',
      is: { isDeleting: true, isTaken: true, volumeState: undefined },
      next: 'remove',
    },
    { when: 'one is deleted before it was taken', is: { isDeleting: true }, next: 'remove' },
  ])('when $when: $next', ({ is, next }) => {
    expect(decideSnapshot({ ...snapshotSituation, ...is }).type).toBe(next);
  });

  test('of a detached volume reports that once, in Longhorn’s words', () => {
    const detached = { ...snapshotSituation, volumeState: 'detached' };
    const waiting = decideSnapshot(detached);
    expect(waiting).toEqual({
      type: 'wait',
      message:
        'failed to take snapshot because the volume engine vol-e-0 is not running. Waiting for the volume to be attached',
    });
    const error = waiting.type === 'wait' ? waiting.message : '';
    expect(decideSnapshot({ ...detached, error })).toEqual({ type: 'nothing' });
  });

  test('has its place between an older and a newer one, or before the head', () => {
    const taken = ['2026-08-20T03:00:00Z', '2026-08-20T01:00:00Z', '2026-08-20T02:00:00Z'].map((createdAt, at) => ({
      name: `snap-${at}`,
      createdAt,
    }));
    expect(placeInChain('snap-1', taken)).toEqual({ parent: '', children: { 'snap-2': true } });
    expect(placeInChain('snap-2', taken)).toEqual({ parent: 'snap-1', children: { 'snap-0': true } });
    expect(placeInChain('snap-0', taken)).toEqual({ parent: 'snap-2', children: { 'volume-head': true } });
  });
});

describe('a backup target', () => {
  test.each<{ when: string; is: Partial<TargetSituation>; seconds: number; next: object }>([
    { when: 'it was just read', is: {}, seconds: 20, next: { type: 'nothing', againMs: 40_000 } },
    { when: 'the interval has passed', is: {}, seconds: 60, next: { type: 'sync' } },
    {
      when: 'it is never polled',
      is: { pollIntervalMs: 0 },
      seconds: 999,
      next: { type: 'nothing', againMs: undefined },
    },
    {
      when: 'a reading is asked for',
      is: { syncRequestedAt: '2026-08-20T02:00:05Z' },
      seconds: 9,
      next: { type: 'sync' },
    },
    {
      when: 'it is new',
      is: { isAvailable: undefined, lastSyncedAt: '' },
      seconds: 0,
      next: { type: 'makeAvailable' },
    },
    {
      when: 'it is back',
      is: { isAvailable: false, lastMessage: 'gone' },
      seconds: 1,
      next: { type: 'makeAvailable' },
    },
    { when: 'it goes away', is: { trouble: 'gone' }, seconds: 1, next: { type: 'makeUnavailable', message: 'gone' } },
    {
      when: 'it has gone, and Longhorn’s look at it has not failed yet',
      is: { trouble: 'gone', lossShowsInMs: 22_000 },
      seconds: 1,
      next: { type: 'nothing', againMs: 22_000 },
    },
    {
      when: 'it has been away before, and Longhorn has another reason for it',
      is: { trouble: 'gone', isAvailable: false, lastMessage: 'denied', lossShowsInMs: 22_000 },
      seconds: 1,
      next: { type: 'makeUnavailable', message: 'gone' },
    },
    {
      when: 'it stays away',
      is: { trouble: 'gone', isAvailable: false, lastMessage: 'gone' },
      seconds: 1,
      next: { type: 'nothing' },
    },
    {
      when: 'it has no URL',
      is: { url: '' },
      seconds: 1,
      next: { message: 'backup target URL is empty', losesObjects: true },
    },
  ])('when $when', ({ is, seconds, next }) => {
    const now = new Date(Date.parse('2026-08-20T02:00:00Z') + seconds * 1000);
    expect(decideTarget({ ...targetSituation, ...is }, now)).toMatchObject(next);
  });

  test('a poll makes the missing objects and deletes the objects of lost backups, never of running backups', () => {
    const objects = [
      { name: 'kept', isFromTarget: true },
      { name: 'gone', isFromTarget: true },
      { name: 'running', isFromTarget: false },
    ];
    expect(planSync(['kept', 'new', 'held'], objects, new Set(['held']))).toEqual({ pull: ['new'], drop: ['gone'] });
  });
});

describe('a volume', () => {
  const volume = {
    name: 'vol',
    state: 'detached',
    robustness: 'unknown',
    isInUse: false,
    tickets: 0,
    faults: {},
    nodeName: 'n',
  };
  test.each([
    { when: 'it is new', is: { state: '' }, next: 'creating' },
    { when: 'nobody needs it', is: {}, next: undefined },
    { when: 'a backup needs it', is: { tickets: 1 }, next: 'attaching' },
    { when: 'it is being attached', is: { state: 'attaching', tickets: 1 }, next: 'attached' },
    { when: 'the backup is done', is: { state: 'attached', robustness: 'healthy' }, next: 'detaching' },
    { when: 'a pod uses it', is: { state: 'attached', robustness: 'healthy', isInUse: true }, next: undefined },
    {
      when: 'it is faulted',
      is: { state: 'attached', robustness: 'healthy', faults: { faultedVolume: 'vol' } },
      next: 'detached',
    },
  ])('when $when: $next', ({ is, next }) => {
    expect(decideVolume({ ...volume, ...is })?.state).toBe(next);
  });
});

import { describe, expect, it } from 'vitest';
import type { Backup, Snapshot } from '@soteria/shared/longhorn/objects.ts';
import { backupWith, snapshotWith } from '../../../drivers/longhorn/backup/fixtures.ts';
import { stepOf } from '../../../drivers/longhorn/backup/watched.ts';
import { rememberProgress } from './remember-progress.ts';

const at = (progress: number, change: Partial<Backup> = {}): Backup =>
  backupWith({ state: 'InProgress', progress, ...change });

const notReady = (change: Partial<Snapshot> = {}): Snapshot => snapshotWith({ isReady: false, ...change });

const movingOf = (object: Snapshot | Backup) => ({ uid: object.uid, step: stepOf(object) });

function setUp(looked: Snapshot | Backup) {
  let time = 0;
  const memory = rememberProgress(() => new Date(time));
  memory.remember(movingOf(looked));
  return { memory, pass: (ms: number) => (time += ms) };
}

describe('progress is old news', () => {
  it.each<[string, Snapshot | Backup, Snapshot | Backup, number, boolean]>([
    ['at the same step a moment later', at(30), at(49), 9_999, true],
    ['at the next step', at(30), at(50), 0, false],
    ['after ten seconds', at(30), at(31), 10_000, false],
    ['of another backup', at(30), at(30, { uid: 'other' }), 0, false],
    ['when it is complete', at(30), at(30, { state: 'Completed' }), 0, false],
    ['when it is being deleted', at(30), at(30, { isDeleting: true }), 0, false],
    ['when it waits', at(30), at(30, { waitMessage: 'for the lock' }), 0, false],
    ['when it has an error', at(30), at(30, { error: 'gone' }), 0, false],
    ['while it has not begun', at(0, { state: '' }), at(0, { state: '' }), 0, true],
    ['when it has begun', at(0, { state: '' }), at(0, { state: 'Pending' }), 0, false],
    ['of a snapshot that is not ready yet', notReady(), notReady({ sizeBytes: 1n }), 0, true],
    ['when the snapshot is ready', notReady(), notReady({ isReady: true }), 0, false],
    ['when the snapshot has failed', notReady(), notReady({ error: 'no space' }), 0, false],
    ['when the snapshot is being deleted', notReady(), notReady({ isDeleting: true }), 0, false],
    ['after it was looked at in another state', at(30, { state: 'Pending' }), at(30), 0, false],
  ])('%s', (_title, looked, seen, passedMs, isKnown) => {
    const { memory, pass } = setUp(looked);
    pass(passedMs);
    expect(memory.isKnown(movingOf(seen))).toBe(isKnown);
  });
});

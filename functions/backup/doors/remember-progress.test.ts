import { describe, expect, it } from 'vitest';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import { backupWith } from '../longhorn/fixtures.ts';
import { rememberProgress } from './remember-progress.ts';

const at = (progress: number, change: Partial<Backup> = {}): Backup =>
  backupWith({ state: 'InProgress', progress, ...change });

function setUp(looked: Backup) {
  let time = 0;
  const memory = rememberProgress(() => new Date(time));
  memory.remember(looked);
  return { memory, pass: (ms: number) => (time += ms) };
}

describe('progress is old news', () => {
  it.each<[string, Backup, Backup, number, boolean]>([
    ['at the same step a moment later', at(30), at(49), 9_999, true],
    ['at the next step', at(30), at(50), 0, false],
    ['after ten seconds', at(30), at(31), 10_000, false],
    ['of another backup', at(30), at(30, { uid: 'other' }), 0, false],
    ['when it is complete', at(30), at(30, { state: 'Completed' }), 0, false],
    ['when it is being deleted', at(30), at(30, { isDeleting: true }), 0, false],
    ['when it waits', at(30), at(30, { waitMessage: 'for the lock' }), 0, false],
    ['when it has an error', at(30), at(30, { error: 'gone' }), 0, false],
    ['after it was looked at in another state', at(30, { state: 'Pending' }), at(30), 0, false],
  ])('%s', (_title, looked, seen, passedMs, isKnown) => {
    const { memory, pass } = setUp(looked);
    pass(passedMs);
    expect(memory.isKnown(seen)).toBe(isKnown);
  });
});

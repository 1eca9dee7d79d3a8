import { expect, it } from 'vitest';
import { isRestored, type RestoreVolume } from './port-restore.ts';

const volume: RestoreVolume = {
  name: 'restored',
  uid: 'uid',
  isDeleting: false,
  sizeBytes: 1n,
  state: 'detached',
  robustness: 'unknown',
  isRestoreInitiated: true,
  isRestoreRequired: false,
  isFrontendDisabled: false,
  marks: {},
};

it.each<[string, Partial<RestoreVolume>, boolean]>([
  ['detached with every byte', {}, true],
  ['just made: nothing is required because nothing has begun', { isRestoreInitiated: false }, false],
  ['filled right now', { isRestoreRequired: true, state: 'attached', isFrontendDisabled: true }, false],
  ['filled, and still attached by Longhorn', { state: 'attached', isFrontendDisabled: true }, false],
  ['being detached', { state: 'detaching' }, false],
  ['attached to a workload that has waited for it', { state: 'attached' }, true],
  ['attached, and still to be filled', { state: 'attached', isRestoreRequired: true }, false],
])('a volume %s: restored or not', (_title, change, expected) => {
  expect(isRestored({ ...volume, ...change })).toBe(expected);
});

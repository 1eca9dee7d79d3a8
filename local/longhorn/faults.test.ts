import { volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { describe, expect, test } from 'vitest';
import { decideBackupDeletion } from './decide-backup-deletion.ts';
import { type BackupSituation, decideBackup } from './decide-backup.ts';
import { decideSnapshot } from './decide-snapshot.ts';
import { decideTarget, planSync } from './decide-target.ts';
import { decideVolume, flagsOfVolume } from './decide-volume.ts';
import { type Fault, type Faults, faultTable } from './fault-table.ts';
import { admitSnapshot } from './admit-longhorn.ts';
import { admitVolumeEngine } from './admit-volume.ts';
import { createFaultBoard } from './faults.ts';
import { backupSituation, deletionSituation, snapshotSituation, targetSituation } from './testing/situations.ts';

const running: BackupSituation = { ...backupSituation, state: 'InProgress', progress: 0 };
const backup = (faults: Faults, is: Partial<BackupSituation> = {}) => decideBackup({ ...running, ...is, faults }).type;
const snapshot = (faults: Faults) => decideSnapshot({ ...snapshotSituation, faults }).type;
const deletion = (faults: Faults) => decideBackupDeletion({ ...deletionSituation, state: 'Deleting', faults }).type;

const volume = (faults: Faults, is: { state?: string; isInUse?: boolean } = {}) =>
  decideVolume({
    name: 'vol',
    state: 'attached',
    robustness: 'healthy',
    isInUse: true,
    tickets: 0,
    nodeName: 'node',
    ...is,
    faults,
  });

const admitted = (faults: Faults) =>
  admitSnapshot(
    {
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'Snapshot',
      metadata: { name: 'snap', uid: 'u', resourceVersion: '1', creationTimestamp: '' },
      spec: { volume: 'vol' },
    },
    {
      snapshot: () => undefined,
      volume: (name) =>
        volumes.parse({ apiVersion: 'longhorn.io/v1beta2', kind: 'Volume', metadata: { name }, spec: {} }),
      target: () => undefined,
      backup: () => undefined,
      backupVolume: () => undefined,
    },
    faults,
  );

const poll = (faults: Faults, seconds = 61) =>
  decideTarget(
    { ...targetSituation, trouble: faults.targetUnavailable, faults },
    new Date(Date.parse(targetSituation.lastSyncedAt) + seconds * 1000),
  ).type;

interface Proof {
  readonly on: () => unknown;
  readonly off: () => unknown;
}

const proof = (faults: Faults, look: (faults: Faults) => unknown): Proof => ({
  on: () => look(faults),
  off: () => look({}),
});

/** What each switch of a backup changes; those whose effect takes a whole Longhorn are shown in `test/simulation`. */
const proofs: { readonly [F in Fault]?: Proof } = {
  stuckInProgress: proof({ stuckInProgress: true }, (faults) => backup(faults, { progress: 50 })),
  stuckAtZero: proof({ stuckAtZero: true }, (faults) => backup(faults)),
  errorOnBackup: proof({ errorOnBackup: 'broken' }, (faults) => backup(faults)),
  lockHeld: proof({ lockHeld: true }, (faults) => backup(faults)),
  uploadBreaksNearEnd: proof({ uploadBreaksNearEnd: true }, (faults) => backup(faults, { progress: 95 })),
  uploadInterrupted: proof({ uploadInterrupted: true }, (faults) => backup(faults)),
  overCounts: proof({ overCounts: true }, (faults) => backup(faults)),
  neverReadBack: proof({ neverReadBack: true }, (faults) => backup(faults, { state: 'Completed' })),
  linkedClone: proof({ linkedClone: 'vol' }, (faults) => admitted(faults)),
  snapshotNeverReady: proof({ snapshotNeverReady: true }, snapshot),
  snapshotVanishes: proof({ snapshotVanishes: true }, snapshot),
  snapshotError: proof({ snapshotError: 'cannot freeze' }, snapshot),
  snapshotLost: proof({ snapshotLost: true }, snapshot),
  faultedVolume: proof({ faultedVolume: 'vol' }, (faults) => volume(faults)?.robustness),
  degradedVolume: proof({ degradedVolume: 'vol' }, (faults) => volume(faults)?.robustness),
  detachedVolume: proof({ detachedVolume: 'vol' }, (faults) => volume(faults)?.state),
  slowAttach: proof({ slowAttach: true }, (faults) => volume(faults, { state: 'attaching' })?.state),
  standbyVolume: proof({ standbyVolume: 'vol' }, (faults) => flagsOfVolume('vol', faults).isStandby),
  migratingVolume: proof({ migratingVolume: 'vol' }, (faults) => backup(faults, { state: '' })),
  tooManySnapshots: proof({ tooManySnapshots: 'vol' }, (faults) => flagsOfVolume('vol', faults).tooManySnapshots),
  nodeGone: proof({ nodeGone: true }, (faults) => [backup(faults), volume(faults)?.state]),
  engineImageMissing: proof({ engineImageMissing: true }, (faults) => admitVolumeEngine(faults)),
  targetUnavailable: proof({ targetUnavailable: 'no route to host' }, (faults) => poll(faults)),
  targetUrlCleared: proof({ targetUrlCleared: true }, (faults) => poll(faults)),
  catalogueVanished: proof({ catalogueVanished: true }, (faults) =>
    planSync(['held'], [{ name: 'held', isFromTarget: true }], new Set(), faults),
  ),
  pollHangs: proof({ pollHangs: true }, (faults) => poll(faults)),
  slowPoll: proof({ slowPoll: true }, (faults) => poll(faults)),
  failedDeletion: proof({ failedDeletion: 'denied' }, deletion),
  restoreUnderWay: proof({ restoreUnderWay: 'vol' }, deletion),
  deletionHangs: proof({ deletionHangs: true }, deletion),
};

describe('a fault', () => {
  test.each(Object.entries(proofs))(
    '%s changes what Longhorn does, and nothing when it is off',
    (_fault, { on, off }) => {
      expect(on()).not.toEqual(off());
    },
  );

  test('that is bound to 0 % does not stop an upload that has begun to move', () => {
    expect(backup({ stuckAtZero: true }, { progress: 1 })).toBe('advance');
  });

  test('that breaks near the end shows progress first', () => {
    expect(backup({ uploadBreaksNearEnd: true })).toBe('pretend');
  });

  test('of one volume leaves the others alone', () => {
    expect(backup({ migratingVolume: 'other' })).toBe('advance');
    expect(admitted({ linkedClone: 'other' })).toHaveProperty('object');
    expect(volume({ faultedVolume: 'other', degradedVolume: 'other', detachedVolume: 'other' })).toBeUndefined();
    expect(deletion({ restoreUnderWay: 'other' })).toBe('deleteFromTarget');
  });

  test('with slow polls still reads the target, ten times later', () => {
    expect(poll({ slowPoll: true }, 601)).toBe('sync');
  });

  test('says where it was seen', () => {
    for (const row of Object.values(faultTable)) expect(row.seen).toMatch(/^#\d+|^lm:|^bs:|^longhorn\.md/);
  });

  test('is set, reported and cleared on the board', () => {
    let changes = 0;
    const board = createFaultBoard(() => (changes += 1));
    board.set('stuckInProgress', true);
    board.set('faultedVolume', 'vol');
    expect(board.present).toEqual({ stuckInProgress: true, faultedVolume: 'vol' });
    board.clear('stuckInProgress');
    board.clearAll();
    expect(board.present).toEqual({});
    expect(changes).toBe(4);
  });
});

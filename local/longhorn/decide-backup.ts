/** What happens to a Backup next (longhorn.md 1.1 and 2.1). Pure. */
import type { Faults } from './fault-table.ts';
import { waitsBeforeGivingUp } from './pace.ts';

export interface BackupSituation {
  readonly state: string;
  /** Empty: the object was made from a backup on the target. */
  readonly snapshotName: string;
  readonly isReadBack: boolean;
  /** 0 to 100. */
  readonly progress: number;
  readonly volumeName: string;
  /** Absent: there is no such volume. */
  readonly volumeState: string | undefined;
  readonly isSnapshotReady: boolean;
  /** Another backup of the volume is being deleted. */
  readonly deletedSibling: string | undefined;
  readonly isTargetAvailable: boolean;
  /** How many looks have found the backup waiting. */
  readonly waits: number;
  readonly faults: Faults;
}

export type BackupAction =
  | { readonly type: 'nothing' }
  | { readonly type: 'wait'; readonly message: string; readonly isCounted: boolean }
  | { readonly type: 'begin' }
  /** Uploads a step; the last one makes it Completed. */
  | { readonly type: 'advance' }
  | { readonly type: 'fail'; readonly message: string }
  /** The backup fails, and leaves a record without an instant on the target. */
  | { readonly type: 'interrupt'; readonly message: string }
  /** Shows progress that was not made. */
  | { readonly type: 'pretend'; readonly progress: number }
  /** State Unknown: the result of the upload is lost. */
  | { readonly type: 'lose'; readonly message: string }
  /** One step after Completed: the facts come back from the target. */
  | { readonly type: 'readBack' };

const nothing: BackupAction = { type: 'nothing' };

export function decideBackup(backup: BackupSituation): BackupAction {
  switch (backup.state) {
    case '':
    case 'Pending':
      return backup.snapshotName === '' ? readBackIfPossible(backup) : decideStart(backup);
    case 'InProgress':
      return decideProgress(backup);
    case 'Completed':
      return backup.isReadBack || backup.faults.neverReadBack === true ? nothing : readBackIfPossible(backup);
    default:
      return nothing;
  }
}

function readBackIfPossible({ isTargetAvailable }: BackupSituation): BackupAction {
  return isTargetAvailable ? { type: 'readBack' } : nothing;
}

function decideStart(backup: BackupSituation): BackupAction {
  const { volumeName, snapshotName, deletedSibling, waits, faults } = backup;
  if (faults.migratingVolume === volumeName) return { type: 'fail', message: 'cannot operate during migration' };
  if (backup.volumeState === undefined) return waitFor(`the engine ${volumeName}-e-0`, waits);
  // Its attach ticket is not satisfied: it stays new, without a message and without an end of its own.
  if (backup.volumeState !== 'attached') return nothing;
  if (!backup.isSnapshotReady) return waitFor(`the snapshot ${snapshotName}`, waits);
  if (deletedSibling !== undefined) {
    return { type: 'wait', message: `Wait for backup ${deletedSibling} to be deleted`, isCounted: false };
  }
  return { type: 'begin' };
}

function waitFor(what: string, waits: number): BackupAction {
  return waits >= waitsBeforeGivingUp
    ? { type: 'fail', message: `Failed waiting for ${what} to be ready` }
    : { type: 'wait', message: `Waiting for ${what} to be ready`, isCounted: true };
}

function decideProgress(backup: BackupSituation): BackupAction {
  const { faults, isTargetAvailable, volumeState, snapshotName, volumeName, progress } = backup;
  if (faults.nodeGone === true) {
    return { type: 'lose', message: `lost the engine ${volumeName}-e-0 while it was backing up ${snapshotName}` };
  }
  if (faults.stuckInProgress === true || (faults.stuckAtZero === true && progress === 0)) return nothing;
  if (faults.uploadInterrupted === true) return { type: 'interrupt', message: `the engine ${volumeName}-e-0 stopped` };
  const failure = failureOf(backup);
  if (failure !== undefined) return { type: 'fail', message: failure };
  if (!isTargetAvailable) return { type: 'fail', message: uploadFailed(snapshotName) };
  if (volumeState !== 'attached') return { type: 'fail', message: `the engine ${volumeName}-e-0 stopped` };
  if (faults.uploadBreaksNearEnd === true) return { type: 'pretend', progress: breakingPoint };
  if (faults.overCounts === true && progress <= 100) return { type: 'pretend', progress: 126 };
  return { type: 'advance' };
}

const breakingPoint = 95;
const uploadFailed = (snapshot: string) => `failed to backup snapshot ${snapshot}: failed to upload block`;

function failureOf({ faults, snapshotName, progress }: BackupSituation): string | undefined {
  if (faults.errorOnBackup !== undefined) return faults.errorOnBackup;
  if (faults.lockHeld === true) return 'failed to acquire lock when performing backup create, please try again later';
  if (faults.uploadBreaksNearEnd === true && progress >= breakingPoint) return uploadFailed(snapshotName);
  return undefined;
}

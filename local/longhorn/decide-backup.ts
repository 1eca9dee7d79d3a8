/** What happens to a Backup next (longhorn.md 1.1 and 2.1). Pure. */
import type { Faults } from './faults.ts';
import { waitsBeforeGivingUp } from './pace.ts';

export interface BackupSituation {
  readonly state: string;
  /** Empty: it was read from the target, or is to be. */
  readonly snapshotName: string;
  readonly isReadBack: boolean;
  readonly volumeName: string;
  /** Absent: there is no such volume. */
  readonly volumeState: string | undefined;
  readonly isSnapshotReady: boolean;
  /** Another backup of the volume that is being deleted. */
  readonly deletedSibling: string | undefined;
  readonly isTargetAvailable: boolean;
  /** How often it has been found waiting. */
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
      return backup.isReadBack ? nothing : readBackIfPossible(backup);
    default:
      return nothing;
  }
}

function readBackIfPossible({ isTargetAvailable }: BackupSituation): BackupAction {
  return isTargetAvailable ? { type: 'readBack' } : nothing;
}

function decideStart(backup: BackupSituation): BackupAction {
  const { volumeName, snapshotName, deletedSibling, waits } = backup;
  if (backup.volumeState !== 'attached') return waitFor(`the engine ${volumeName}-e-0`, waits);
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

function decideProgress({
  faults,
  isTargetAvailable,
  volumeState,
  snapshotName,
  volumeName,
}: BackupSituation): BackupAction {
  if (faults.stuckInProgress === true) return nothing;
  if (faults.errorOnBackup !== undefined) return { type: 'fail', message: faults.errorOnBackup };
  if (!isTargetAvailable) {
    return { type: 'fail', message: `failed to backup snapshot ${snapshotName}: failed to upload block` };
  }
  if (volumeState !== 'attached') return { type: 'fail', message: `the engine ${volumeName}-e-0 stopped` };
  return { type: 'advance' };
}

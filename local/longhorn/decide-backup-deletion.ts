/** How a Backup is deleted (longhorn.md 5 and 6). Pure. */
import type { Faults } from './fault-table.ts';

export interface DeletionSituation {
  readonly name: string;
  readonly url: string;
  readonly state: string;
  /** A label on the object asks to keep the data. */
  readonly isObjectOnly: boolean;
  readonly isTargetAvailable: boolean;
  readonly isOnTarget: boolean;
  /** Another backup of the volume is being written: it holds the lock a deletion needs. */
  readonly isSiblingInProgress: boolean;
  readonly volume: string;
  readonly faults: Faults;
}

export type DeletionAction =
  /** Deletes the object and leaves the target as it is. */
  | { readonly type: 'deleteObject' }
  /** State Error on an object that is being deleted means a failed deletion; it is tried again. */
  | { readonly type: 'fail'; readonly message: string }
  | { readonly type: 'markDeleting' }
  | { readonly type: 'deleteFromTarget' }
  /** The deletion hangs. */
  | { readonly type: 'nothing' };

export function decideBackupDeletion(backup: DeletionSituation): DeletionAction {
  const { faults } = backup;
  if (faults.deletionHangs === true) return { type: 'nothing' };
  if (backup.isObjectOnly || !backup.isTargetAvailable || !backup.isOnTarget) return { type: 'deleteObject' };
  if (faults.failedDeletion !== undefined) return failed(backup, faults.failedDeletion);
  if (backup.isSiblingInProgress || faults.restoreUnderWay === backup.volume) {
    return failed(backup, 'failed to acquire lock when performing backup delete, please try again later');
  }
  return backup.state === 'Deleting' ? { type: 'deleteFromTarget' } : { type: 'markDeleting' };
}

function failed({ url, name }: DeletionSituation, why: string): DeletionAction {
  return {
    type: 'fail',
    message: `Failed to delete the backup ${url === '' ? name : url} in the backupstore, err ${why}`,
  };
}

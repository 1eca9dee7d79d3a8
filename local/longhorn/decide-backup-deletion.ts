/** How a Backup leaves (longhorn.md 5 and 6). Pure. */

export interface DeletionSituation {
  readonly name: string;
  readonly url: string;
  readonly state: string;
  /** Somebody asked to keep the data. */
  readonly isObjectOnly: boolean;
  readonly isTargetAvailable: boolean;
  readonly isOnTarget: boolean;
  /** Another backup of the volume is being written: it holds the lock a deletion needs. */
  readonly isSiblingInProgress: boolean;
  readonly failedDeletion: string | undefined;
}

export type DeletionAction =
  /** The object goes, the target is left as it is. */
  | { readonly type: 'letGo' }
  /** State Error on an object that is being deleted means a failed deletion; it is tried again. */
  | { readonly type: 'fail'; readonly message: string }
  | { readonly type: 'markDeleting' }
  | { readonly type: 'deleteFromTarget' };

export function decideBackupDeletion(backup: DeletionSituation): DeletionAction {
  if (backup.isObjectOnly || !backup.isTargetAvailable || !backup.isOnTarget) return { type: 'letGo' };
  if (backup.failedDeletion !== undefined) return failed(backup, backup.failedDeletion);
  if (backup.isSiblingInProgress) {
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

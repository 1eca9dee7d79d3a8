/** Terminal: tell it, take off the watch labels, remove what is temporary or superseded, then rest (invariant 5). */
import type { Snapshot } from '@soteria/shared/longhorn/objects.ts';
import { managedLabel, watchLabel } from '@soteria/shared/operation/marks.ts';
import type { Operation, OperationStatus } from '@soteria/shared/operation/schema.ts';
import { statusOf } from '@soteria/shared/operation/status.ts';
import type { Action, BackupFact } from './action.ts';
import { isOurs } from './about-operation.ts';
import type { Situation } from './decide.ts';

const factOfPhase: Readonly<Record<string, BackupFact>> = {
  Succeeded: 'completed',
  Failed: 'failed',
  Cancelled: 'failed',
  Skipped: 'skipped',
};

/**
 * Snapshots of earlier backups of this volume: Longhorn needs the last backed-up one as the base of the next increment, and only
 * that one. Those that others made are never touched.
 */
function superseded(snapshots: readonly Snapshot[], current: Snapshot, operation: Operation): Snapshot | undefined {
  return snapshots.find(
    (one) =>
      one.marks[managedLabel] === 'true' &&
      !isOurs(operation, one) &&
      !one.isDeleting &&
      !one.isMarkedRemoved &&
      (one.createdAt ?? '9') < (current.createdAt ?? ''),
  );
}

function tidySucceeded({ operation, world }: Situation, status: OperationStatus): Action | undefined {
  const { snapshot: snapshotName, backup: backupName } = status.work ?? {};
  if (snapshotName === undefined || backupName === undefined) return undefined;
  if (world.backup === undefined) return { do: 'look', at: 'backup' };
  if (world.backup.seen?.marks[watchLabel] !== undefined) return { do: 'unwatch-backup', name: backupName };
  if (world.snapshots === undefined) return { do: 'look', at: 'snapshots' };
  const snapshots = world.snapshots.seen ?? [];
  const current = snapshots.find((one) => one.name === snapshotName);
  if (current === undefined) return undefined;
  if (current.marks[watchLabel] !== undefined) return { do: 'unwatch-snapshot', name: snapshotName };
  const old = superseded(snapshots, current, operation);
  return old === undefined ? undefined : { do: 'delete-snapshot', name: old.name, uid: old.uid };
}

function tidyUnsuccessful({ operation, world }: Situation, status: OperationStatus): Action | undefined {
  const { snapshot: snapshotName, backup: backupName } = status.work ?? {};
  if (backupName !== undefined) {
    if (world.backup === undefined) return { do: 'look', at: 'backup' };
    const backup = world.backup.seen;
    if (backup !== undefined && isOurs(operation, backup) && !backup.isDeleting) {
      // Invariant 4: whatever became Completed meanwhile stays; it is only no longer watched.
      if (backup.state !== 'Completed') return { do: 'delete-backup', name: backupName, uid: backup.uid };
      return backup.marks[watchLabel] === undefined ? undefined : { do: 'unwatch-backup', name: backupName };
    }
  }
  if (snapshotName === undefined) return undefined;
  if (world.snapshot === undefined) return { do: 'look', at: 'snapshot' };
  const snapshot = world.snapshot.seen;
  if (snapshot === undefined || !isOurs(operation, snapshot) || snapshot.isDeleting) return undefined;
  return { do: 'delete-snapshot', name: snapshotName, uid: snapshot.uid };
}

export function decideEnding(situation: Situation): Action {
  const status = statusOf(situation.operation);
  const fact = factOfPhase[status.phase];
  if (fact !== undefined && status.announced?.includes(fact) !== true) return { do: 'announce', fact };
  const tidy = status.phase === 'Succeeded' ? tidySucceeded(situation, status) : tidyUnsuccessful(situation, status);
  if (tidy !== undefined) return tidy;
  // Last: whoever gets the slot finds the volume as this one leaves it.
  if (situation.world.hasLeftSlot !== true) return { do: 'leave-slot' };
  return { do: 'record', status: { ...status, settled: true } };
}

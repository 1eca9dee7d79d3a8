/**
 * What becomes of objects nobody follows any more: their Operation was deleted while it was open, which cancels it, or has ended
 * without them. What is Completed stays, it is a restore point; it is only no longer watched.
 */
import type { Backup, Snapshot } from '@soteria/shared/longhorn/objects.ts';
import { managedLabel, operationUidLabel, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import type { Action } from './action.ts';

export interface Orphans {
  /** Of the operation that does not follow them. */
  readonly uid: string;
  readonly snapshot: Snapshot | undefined;
  /** Of the same name: an attempt's two objects share it. */
  readonly backup: Backup | undefined;
  /** That the backup lies on: while it is away, deleting takes the object only, which comes back without its marks. */
  readonly isTargetAvailable: boolean;
}

export type OrphanAction = Extract<
  Action,
  { do: 'delete-snapshot' | 'delete-backup' | 'unwatch-snapshot' | 'unwatch-backup' }
>;

/** What stays has lost its watch label already. */
function isLeftOver<T extends Snapshot | Backup>(object: T | undefined, uid: string): object is T {
  if (object === undefined || object.isDeleting) return false;
  const { marks } = object;
  return marks[managedLabel] === 'true' && marks[operationUidLabel] === uid && marks[watchLabel] === 'backup';
}

export function decideOrphans({ uid, snapshot, backup, isTargetAvailable }: Orphans): readonly OrphanAction[] {
  const isPoint = backup?.state === 'Completed';
  const actions: OrphanAction[] = [];
  if (isLeftOver(backup, uid)) {
    const { name } = backup;
    if (isPoint) actions.push({ do: 'unwatch-backup', name });
    else if (isTargetAvailable) actions.push({ do: 'delete-backup', name, seen: backup });
  }
  if (isLeftOver(snapshot, uid)) {
    const { name } = snapshot;
    actions.push(isPoint ? { do: 'unwatch-snapshot', name } : { do: 'delete-snapshot', name, uid: snapshot.uid });
  }
  return actions;
}

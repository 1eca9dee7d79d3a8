/**
 * What becomes of objects whose Operation was deleted while it was open: deleting it cancels it. What is Completed stays, it is a
 * restore point; it is only no longer watched.
 */
import type { Backup, Snapshot } from '@soteria/shared/longhorn/objects.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import { managedLabel, watchLabel } from '@soteria/shared/operation/marks.ts';
import type { Action } from './action.ts';

export interface Orphans {
  readonly snapshot: Snapshot | undefined;
  /** Of the same name: an attempt's two objects share it. */
  readonly backup: Backup | undefined;
}

type OrphanAction = Extract<
  Action,
  { do: 'delete-snapshot' | 'delete-backup' | 'unwatch-snapshot' | 'unwatch-backup' }
>;

function isOpenAndOurs(object: Snapshot | Backup | undefined): object is Snapshot | Backup {
  return object !== undefined && object.marks[managedLabel] === 'true' && !object.isDeleting;
}

export function decideOrphans({ snapshot, backup }: Orphans): readonly OrphanAction[] {
  const isPoint = backup?.state === 'Completed';
  const actions: OrphanAction[] = [];
  if (isOpenAndOurs(backup)) {
    if (!isPoint) actions.push({ do: 'delete-backup', name: backup.name, seen: backup });
    else if (backup.marks[watchLabel] !== undefined) actions.push({ do: 'unwatch-backup', name: backup.name });
  }
  if (isOpenAndOurs(snapshot)) {
    if (!isPoint) actions.push({ do: 'delete-snapshot', name: snapshot.name, uid: snapshot.uid });
    else if (snapshot.marks[watchLabel] !== undefined) actions.push({ do: 'unwatch-snapshot', name: snapshot.name });
  }
  return actions;
}

export async function performOnOrphan(longhorn: Longhorn, action: OrphanAction, signal?: AbortSignal): Promise<void> {
  switch (action.do) {
    case 'delete-snapshot':
      return longhorn.snapshots.delete(action.name, action.uid, signal);
    case 'delete-backup':
      return longhorn.backups.discard(action.seen, signal);
    case 'unwatch-snapshot':
      return longhorn.snapshots.unwatch(action.name, signal);
    case 'unwatch-backup':
      return longhorn.backups.unwatch(action.name, signal);
  }
}

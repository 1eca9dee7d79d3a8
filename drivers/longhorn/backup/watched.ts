/** The Snapshots and Backups whose changes wake the function. */
import type { Backup, Snapshot } from '@soteria/shared/longhorn/objects.ts';
import type { Watched } from '../../backup/driver.ts';
import { progressStepOf } from './decide-upload.ts';
import type { Tools } from './tools.ts';
import type { World } from './world.ts';

/**
 * How far it has come while the Operation can only wait; undefined when the Operation must be looked at. While Longhorn takes a snapshot
 * or uploads, every change of the object is an event, and only whole steps are recorded.
 */
export function stepOf(object: Snapshot | Backup): string | undefined {
  if (object.isDeleting || object.error !== undefined) return undefined;
  if (!('state' in object)) return object.isReady || object.isMarkedRemoved ? undefined : 'not ready';
  const { state, waitMessage } = object;
  if (waitMessage !== undefined) return undefined;
  return state === '' || state === 'Pending' || state === 'InProgress'
    ? `${state} ${progressStepOf(object)}`
    : undefined;
}

export async function readWatched(
  { longhorn: { snapshots, backups } }: Pick<Tools, 'longhorn'>,
  kind: string,
  name: string,
  signal?: AbortSignal,
): Promise<Watched<World> | undefined> {
  if (kind === 'Snapshot') {
    const snapshot = await snapshots.get(name, signal);
    return (
      snapshot && {
        uid: snapshot.uid,
        marks: snapshot.marks,
        mayLoseMarks: false,
        step: stepOf(snapshot),
        seenBy: ({ status }) => (name === status?.work?.snapshot ? { snapshot: { seen: snapshot } } : {}),
      }
    );
  }
  const backup = await backups.get(name, signal);
  return (
    backup && {
      uid: backup.uid,
      marks: backup.marks,
      mayLoseMarks: true,
      step: stepOf(backup),
      seenBy: ({ status }) => (name === status?.work?.backup ? { backup: { seen: backup } } : {}),
    }
  );
}

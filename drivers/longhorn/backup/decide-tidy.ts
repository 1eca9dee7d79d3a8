/** After the end: what is half made goes, watch labels come off, superseded snapshots go (invariant 5). */
import type { Snapshot } from '@soteria/shared/longhorn/objects.ts';
import { managedLabel, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import type { Operation, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { isOurs } from '../../backup/about-operation.ts';
import type { Action } from './action.ts';
import type { Situation } from './situation.ts';
import type { World } from './world.ts';

/**
 * Snapshots of earlier backups of this volume: Longhorn needs the last backed-up one as the base of the next increment, and only
 * that one. Those that others made are never touched.
 */
function isSuperseded(one: Snapshot, current: Snapshot, operation: Operation): boolean {
  return (
    one.marks[managedLabel] === 'true' && !isOurs(operation, one) && (one.createdAt ?? '9') < (current.createdAt ?? '')
  );
}

const isAlive = (one: Snapshot): boolean => !one.isDeleting && !one.isMarkedRemoved;
const byInstant = (a: Snapshot, b: Snapshot): number => (a.createdAt ?? '').localeCompare(b.createdAt ?? '');

/** Where the backups of all attempts are: of a first one there can be one only, by its name. */
function placeOfPoints({ backup, attempt }: OperationWork): 'backup' | 'points' | undefined {
  if (attempt > 1) return 'points';
  return backup === undefined ? undefined : 'backup';
}

/**
 * Of every attempt, not only the last: what is half made goes, what is Completed stays (invariant 4), and with it the newest
 * snapshot that was backed up.
 */
export function decideTidy({ operation, world }: Situation): Action | undefined {
  const status = statusOf(operation);
  const { work } = status;
  const { snapshot } = work ?? {};
  if (work === undefined || snapshot === undefined) return undefined;
  const place = placeOfPoints(work);
  if (place !== undefined && world[place] === undefined) return { do: 'look', at: place };
  const made = place === 'backup' ? [world.backup?.seen].filter((one) => one !== undefined) : world.points?.seen;
  const points = (made ?? []).filter((one) => isOurs(operation, one) && !one.isDeleting);
  const half = points.find((one) => one.state !== 'Completed');
  if (half !== undefined) {
    if (world.target === undefined) return { do: 'look', at: 'target' };
    // While the target is away only the object would go, and come back without its marks: the next look for leftovers finds it.
    if (world.target.seen?.isAvailable === true) return { do: 'delete-backup', name: half.name, seen: half };
  }
  const watched = points.find((one) => one.state === 'Completed' && one.marks[watchLabel] !== undefined);
  if (watched !== undefined) return { do: 'unwatch-backup', name: watched.name };

  if (world.snapshots === undefined) return { do: 'look', at: 'snapshots' };
  const alive = (world.snapshots.seen ?? []).filter(isAlive);
  // A success stays one while Longhorn does not list it.
  const backedUp = new Set(points.map((one) => one.snapshotName));
  if (status.phase === 'Succeeded') backedUp.add(snapshot);
  const own = alive.filter((one) => isOurs(operation, one));
  const base = own
    .filter(({ name }) => backedUp.has(name))
    .toSorted(byInstant)
    .at(-1);
  const isKept = ({ name }: Snapshot): boolean => world.kept?.[name] !== undefined;
  const spare = own.find((one) => one !== base && !isKept(one));
  if (spare !== undefined) return { do: 'delete-snapshot', name: spare.name, uid: spare.uid };
  const staying = own.find((one) => one.marks[watchLabel] !== undefined);
  if (staying !== undefined) return { do: 'unwatch-snapshot', name: staying.name };
  const old = base === undefined ? undefined : alive.find((one) => isSuperseded(one, base, operation) && !isKept(one));
  return old === undefined ? undefined : { do: 'delete-snapshot', name: old.name, uid: old.uid };
}

export function whatStays({ kept = {} }: World): readonly string[] {
  return Object.entries(kept).map(([name, why]) => `snapshot ${name} stays: ${why}`);
}

/** A URL of a store that Longhorn has as a backup target, of a backup that it does not list: made elsewhere since it was last read (SA-16). */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BackupTarget } from '@soteria/shared/longhorn/objects.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { refuse, statusOf, waiting } from '@soteria/shared/operation/record/status.ts';
import { isStoreOf, namesInUrl } from '@soteria/shared/longhorn/backup-url.ts';
import { isUrlKnown } from '@soteria/shared/longhorn/restore-points.ts';
import { notRestored } from '../../restore/about-operation.ts';
import type { Action } from './action.ts';
import type { Situation } from './situation.ts';
import type { World } from './world.ts';

/** Longhorn refuses to read a target more often. */
const betweenReadingsMs = 10_000;

export function isUnknownUrl({ spec }: Operation, { points }: World): boolean {
  const { backupUrl } = spec.request;
  return backupUrl !== undefined && points?.seen !== undefined && !isUrlKnown(points.seen, backupUrl);
}

/** Where it may be found; undefined when Longhorn lists it, or has no such store. */
export function targetToRead(operation: Operation, world: World): BackupTarget | undefined {
  if (!isUnknownUrl(operation, world)) return undefined;
  const names = namesInUrl(operation.spec.request.backupUrl ?? '');
  return names === undefined ? undefined : world.targets?.seen?.find(({ url }) => isStoreOf(url, names));
}

function notFound({ operation }: Situation, { name, isAvailable, unavailableMessage, lastSyncedAt }: BackupTarget) {
  const what = notRestored(operation);
  if (!isAvailable) {
    const why = `backup target ${name} is not available; Longhorn says: ${unavailableMessage ?? 'nothing'}`;
    return new SoteriaError('target_unavailable', { what, why, fix: 'make it reachable, then ask again' });
  }
  return new SoteriaError('restore_point_not_found', {
    what,
    why: `Longhorn has read backup target ${name} at ${lastSyncedAt ?? 'no time it tells'}, and lists no backup of that URL`,
    fix: 'compare the URL with the one the other cluster shows; if it is right, look at the backup target in Longhorn',
  });
}

/** Pending, without a slot: as long as the point is not known nothing is in use. */
export function decideReading(situation: Situation, target: BackupTarget): Action {
  const { operation, world, rules, now } = situation;
  const status = statusOf(operation);
  const message = `Longhorn reads backup target ${target.name}: it does not list the backup of that URL yet`;
  if (status.movedAt === undefined) {
    const begun = { ...waiting(status, message), movedAt: now.toISOString() };
    return { do: 'record', status: begun };
  }
  if (now.getTime() - Date.parse(status.movedAt) >= rules.readingMs) {
    return { do: 'record', status: refuse(status, 'Failed', notFound(situation, target), now) };
  }
  const sinceAsked = now.getTime() - Date.parse(target.syncRequestedAt ?? '');
  const wasAskedJustNow = sinceAsked >= 0 && sinceAsked < betweenReadingsMs;
  if (target.isAvailable && !wasAskedJustNow && world.hasAskedToRead !== true) return { do: 'read-target', target };
  const next = waiting(status, message);
  return next.message === status.message ? { do: 'wait' } : { do: 'record', status: next };
}

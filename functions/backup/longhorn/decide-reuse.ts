/** A request with `max_age` takes a restore point that is young enough instead of making one. Pure. */
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import { knownBackups } from '@soteria/shared/longhorn/restore-points.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { durationMs } from '@soteria/shared/operation/kinds/duration.ts';
import { succeed, statusOf } from '@soteria/shared/operation/record/status.ts';
import type { KnownPoint } from '@soteria/shared/restore-points/restore-point.ts';
import { reusablePoint } from '@soteria/shared/restore-points/reusable-point.ts';
import type { Action } from './action.ts';
import type { Situation } from './situation.ts';
import type { Place } from './world.ts';

/** What must be looked at to know whether a point may be reused. */
export const reusePlaces = ['points', 'refuted', 'ownClusters'] as const satisfies readonly Place[];

export function reusableOf({
  operation,
  world,
  now,
}: Pick<Situation, 'operation' | 'world' | 'now'>): KnownPoint<Backup> | undefined {
  const { maxAge } = operation.spec.request;
  const volume = world.volume?.seen?.name;
  const own = world.ownClusters?.seen;
  if (maxAge === undefined || volume === undefined || own === undefined) return undefined;
  return reusablePoint(knownBackups(world.points?.seen ?? [], own), {
    ...claimRefOf(operation),
    volume,
    maxAgeMs: durationMs(maxAge),
    refuted: world.refuted?.seen ?? [],
    now,
  });
}

export function decideReuse(situation: Situation): Action | undefined {
  const { operation, world, now } = situation;
  const { maxAge } = operation.spec.request;
  if (maxAge === undefined) return undefined;
  const unseen = reusePlaces.filter((place) => world[place] === undefined);
  if (unseen.length > 0) return { do: 'look', at: unseen };
  const found = reusableOf(situation);
  if (found === undefined) return undefined;
  const { id, volume, data_as_of: dataAsOf } = found.point;
  const result = {
    reused: true,
    restorePoint: id,
    backup: found.name,
    ...(volume === null ? {} : { volume }),
    ...(dataAsOf === null ? {} : { dataAsOf }),
  };
  const message = `restore point ${found.name} is not older than ${maxAge}: nothing had to be made`;
  return { do: 'record', status: succeed(statusOf(operation), result, message, now) };
}

/** A request with `max_age` takes a restore point that is young enough instead of making one. Pure. */
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { durationMs } from '@soteria/shared/operation/kinds/duration.ts';
import { succeed, statusOf } from '@soteria/shared/operation/record/status.ts';
import type { KnownPoint } from '@soteria/shared/restore-points/restore-point.ts';
import { reusablePoint } from '@soteria/shared/restore-points/reusable-point.ts';
import type { BackupStep } from '../../../drivers/backup/action.ts';
import type { BackupDecisions, Kit } from '../../../drivers/backup/driver.ts';
import type { Situation } from '../../../drivers/backup/situation.ts';

/** What must still be looked at to know whether a point may be reused. */
export function looksForReuse<K extends Kit>(driver: BackupDecisions<K>, world: K['world']) {
  const unseen = (['refuted', 'ownClusters'] as const).filter((place) => world[place] === undefined);
  return driver.hasListed(world) ? unseen : [driver.pointsAt, ...unseen];
}

export function reusableOf<K extends Kit>(
  driver: BackupDecisions<K>,
  { operation, world, now }: Pick<Situation<K['world']>, 'operation' | 'world' | 'now'>,
): KnownPoint<unknown> | undefined {
  const { maxAge } = operation.spec.request;
  const volume = driver.volumeOf(world);
  const own = world.ownClusters?.seen;
  if (maxAge === undefined || volume === undefined || own === undefined) return undefined;
  return reusablePoint(driver.pointsOf(world, own), {
    ...claimRefOf(operation),
    volume,
    maxAgeMs: durationMs(maxAge),
    refuted: world.refuted?.seen ?? [],
    now,
  });
}

export function decideReuse<K extends Kit>(
  driver: BackupDecisions<K>,
  situation: Situation<K['world']>,
): BackupStep<K['place']> | undefined {
  const { operation, world, now } = situation;
  const { maxAge } = operation.spec.request;
  if (maxAge === undefined) return undefined;
  const unseen = looksForReuse(driver, world);
  if (unseen.length > 0) return { do: 'look', at: unseen };
  const found = reusableOf(driver, situation);
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

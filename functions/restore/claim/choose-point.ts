/** Which point a request means: decided once, by the look that completes what is needed for it, and kept beside what was seen. Pure. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { KnownPoint } from '@soteria/shared/restore-points/restore-point.ts';
import { selectRestorePoint } from '@soteria/shared/restore-points/select-restore-point.ts';
import { noClusters } from '@soteria/shared/settings/own-clusters.ts';
import type { RestoreDriver } from '../../../drivers/restore/driver.ts';
import type { RestoreWorld } from '../../../drivers/restore/world.ts';

const pointsOf = (driver: RestoreDriver, world: RestoreWorld) =>
  driver.pointsOf(world, world.ownClusters?.seen ?? noClusters);

/** The volume the source claim has now says whose the points are that do not say it themselves. */
export function needsLiveVolume(driver: RestoreDriver, world: RestoreWorld): boolean {
  return world.liveVolume === undefined && pointsOf(driver, world)?.some(({ point }) => point.pvc === null) === true;
}

function choosePoint(
  driver: RestoreDriver,
  operation: Operation,
  world: RestoreWorld,
): KnownPoint<unknown> | SoteriaError | undefined {
  const points = pointsOf(driver, world);
  if (points === undefined || world.ownClusters === undefined || needsLiveVolume(driver, world)) return undefined;
  const { snapshot, backupUrl, asOf, clusterId } = operation.spec.request;
  return selectRestorePoint(
    { ...sourceRefOf(operation), snapshot, backupUrl, asOf, clusterId },
    {
      points: points.map((source) => ({ source, name: source.name, point: source.point })),
      urls: driver.urls,
      liveVolume: world.liveVolume?.seen,
      // An identity is written by the functions alone; what `kubectl create` claims about its maker's rights counts for nothing.
      mayTakeAny: operation.spec.identity !== undefined && operation.spec.requestedBy?.mayTakeAny === true,
    },
  );
}

/** `world` after the look at `place`. */
export function withChosenPoint(
  driver: RestoreDriver,
  operation: Operation,
  world: RestoreWorld,
  place: string,
): RestoreWorld {
  const { pointsAt, liveVolumeAt } = driver;
  const isMeant = place === pointsAt || place === liveVolumeAt || place === 'ownClusters';
  if (!isMeant || operation.spec.kind === 'NamespaceRestore') return world;
  const { chosen: _before, ...rest } = world;
  const chosen = choosePoint(driver, operation, world);
  return chosen === undefined ? rest : { ...rest, chosen };
}

/** Which point a request means: decided once, by the look that completes what is needed for it, and kept beside what was seen. Pure. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import { selectBackup, toRestorePoint } from '@soteria/shared/longhorn/restore-points.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { noClusters } from '@soteria/shared/settings/own-clusters.ts';
import type { Place, World } from './world.ts';

/** The volume the source claim has now says whose the points are that do not say it themselves. */
export function needsLiveVolume({ points, ownClusters, liveVolume }: World): boolean {
  if (liveVolume !== undefined) return false;
  return points?.seen?.some((one) => toRestorePoint(one, ownClusters?.seen ?? noClusters).pvc === null) === true;
}

function choosePoint(operation: Operation, world: World): Backup | SoteriaError | undefined {
  const { points, ownClusters, liveVolume } = world;
  if (points?.seen === undefined || ownClusters === undefined || needsLiveVolume(world)) return undefined;
  const { snapshot, backupUrl, asOf, clusterId } = operation.spec.request;
  return selectBackup(
    { ...sourceRefOf(operation), snapshot, backupUrl, asOf, clusterId },
    {
      backups: points.seen,
      own: ownClusters.seen ?? noClusters,
      liveVolume: liveVolume?.seen,
      // An identity is written by the functions alone; what `kubectl create` claims about its maker's rights counts for nothing.
      mayTakeAny: operation.spec.identity !== undefined && operation.spec.requestedBy?.mayTakeAny === true,
    },
  );
}

const looksThatChoose: ReadonlySet<Place> = new Set(['points', 'ownClusters', 'liveVolume']);

/** `world` after the look at `place`. */
export function withChosenPoint(operation: Operation, world: World, place: Place): World {
  if (!looksThatChoose.has(place) || operation.spec.kind === 'NamespaceRestore') return world;
  const { chosen: _before, ...rest } = world;
  const chosen = choosePoint(operation, world);
  return chosen === undefined ? rest : { ...rest, chosen };
}

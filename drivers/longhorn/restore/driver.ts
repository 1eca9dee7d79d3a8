/** Restores with Longhorn: a Volume made from a Backup, then a claim and its persistent volume over it. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { presentClaimOf } from '@soteria/shared/longhorn/live-volume.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import { hasFailed, type RestoreVolume } from '@soteria/shared/longhorn/port-restore.ts';
import { knownBackups, longhornPoints } from '@soteria/shared/longhorn/restore-points.ts';
import { longhornName } from '@soteria/shared/operation/kinds/drivers.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { restoredVolumeName } from '@soteria/shared/operation/record/names.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import type { RestoreDecisions, RestoreDriver, Watched } from '../../restore/driver.ts';
import type { OwnAction } from './action.ts';
import { claimDraft } from './claim-objects.ts';
import { decide } from './decide.ts';
import { decideDamage } from './decide-damage.ts';
import { decideImage, whyImageNot } from './decide-image.ts';
import { decideReading, targetToRead } from './decide-reading.ts';
import { nextLook, whyTargetNot } from './decide-sources.ts';
import { decideTidy } from './decide-tidy.ts';
import { lookAt } from './look-at.ts';
import { perform, without } from './perform.ts';
import { shapeClaim, staticStorageClass } from './shape-claim.ts';
import { tidyUnlessFollowed } from './tidy-orphans.ts';
import type { Tools } from './tools.ts';
import type { Place, World } from './world.ts';

export interface LonghornKit {
  readonly world: World;
  readonly action: OwnAction;
  readonly place: Place;
  readonly source: Backup;
}

const volumeNameOf = (operation: Operation): string =>
  restoredVolumeName(claimRefOf(operation).pvc, operation.metadata.uid);

const decisions: RestoreDecisions<LonghornKit> = {
  name: longhornName,
  namesIn: (work) => [work?.volume],
  hasBegun: (work) => work?.volume !== undefined,
  pointsAt: 'points',
  liveVolumeAt: 'liveVolume',
  pointsOf: ({ points }, own) => (points === undefined ? undefined : knownBackups(points.seen ?? [], own)),
  nextLook,
  shapeOf: ({ source }, request) => shapeClaim(source, request),
  /** The blocks that hold something. */
  bytesToRead: ({ source: { sizeBytes, volumeSizeBytes } }) => sizeBytes ?? volumeSizeBytes ?? 0n,
  staticStorageClass,
  readsFirst: (operation, world) => targetToRead(operation, world)?.name,
  makesFirst: ({ imageBackup }) => imageBackup?.seen?.image,
  whyStoreNot: whyTargetNot,
  whyBaseNot: whyImageNot,
  prepare(situation) {
    const { operation, world } = situation;
    const target = targetToRead(operation, world);
    if (target !== undefined) return decideReading(situation, target);
    const { chosen } = world;
    return chosen === undefined || chosen instanceof SoteriaError ? undefined : decideImage(situation);
  },
  slotOf: ({ point, name }) => ({ on: 'volume', key: point.volume ?? name, mode: 'shared' }),
  begin: (operation, { source }) => ({
    backupTarget: source.backupTargetName ?? '',
    volume: volumeNameOf(operation),
  }),
  volumeNameOf,
  decide,
  decideDamage,
  tidy: decideTidy,
  whatStays: (operation, { keptVolume }) =>
    keptVolume === undefined ? undefined : `volume ${statusOf(operation).work?.volume ?? ''} stays: ${keptVolume}`,
  afterRecord: (world) => without(world, 'progress'),
  claimDraft(operation, shape) {
    const name = restoredVolumeName(claimRefOf(operation).pvc, operation.metadata.name);
    return claimDraft(operation, shape, { name, sizeBytes: shape.sizeBytes });
  },
};

export function createLonghornRestoreDriver(tools: Tools): RestoreDriver<LonghornKit> {
  const { longhorn, restores, cluster } = tools;
  const watchedOf = (volume: RestoreVolume): Watched<World> => ({
    marks: volume.marks,
    // A volume that has failed or goes may be made again under its name in this very moment: what is decided of it is looked at anew.
    seen: hasFailed(volume) || volume.isDeleting ? {} : { volume: { seen: volume } },
    tidy: (call) => tidyUnlessFollowed(tools, volume, call),
  });
  return {
    ...decisions,
    urls: longhornPoints.urls,
    look: (known, place, signal) => lookAt(tools, known, place, signal),
    perform: (known, action, signal) => perform(tools, known, action, signal),
    listPoints: async (signal) =>
      (await longhorn.backups.list({}, signal)).map((backup) => longhornPoints.describe(backup)),
    presentClaim: (ref, signal) => presentClaimOf(cluster, ref, signal),
    watches: ['Volume'],
    async readWatched(_kind, { name }, signal) {
      const volume = await restores.getVolume(name, signal);
      return volume && watchedOf(volume);
    },
    listMarked: async (marks, signal) => (await restores.listVolumes(marks, signal)).map(watchedOf),
  };
}

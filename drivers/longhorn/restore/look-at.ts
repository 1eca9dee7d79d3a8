/** One look at the cluster: each answers what is now known. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { liveVolumeOf } from '@soteria/shared/longhorn/live-volume.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import type { Known } from '@soteria/shared/operation/engine/advance.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { shapeOfChosen } from './decide-sources.ts';
import type { Tools } from './tools.ts';
import type { Place, World } from './world.ts';

/** The very backup that an id or a URL names is enough; only where it is not there, all others are needed, to tell which are near. */
async function readPoints(
  { backups }: Longhorn,
  { snapshot, backupUrl }: OperationRequest,
  signal?: AbortSignal,
): Promise<readonly Backup[]> {
  const found = await backups.find({ id: snapshot, url: backupUrl }, signal);
  return found === undefined ? backups.list({}, signal) : [found];
}

export async function lookAt(
  tools: Tools,
  { operation, world }: Known<World>,
  place: Place,
  signal?: AbortSignal,
): Promise<World> {
  const { work } = statusOf(operation);
  const { longhorn, restores, cluster } = tools;
  const name = work?.volume ?? '';
  switch (place) {
    case 'persistentVolume':
      return { ...world, persistentVolume: { seen: await cluster.getPersistentVolume(name, signal) } };
    case 'volume':
      return { ...world, volume: { seen: await restores.getVolume(name, signal) } };
    case 'progress':
      return { ...world, progress: { seen: await restores.getProgress(name, signal) } };
    case 'restoreErrors':
      return { ...world, restoreErrors: { seen: await restores.getRestoreErrors(name, signal) } };
    case 'points':
      return { ...world, points: { seen: await readPoints(longhorn, operation.spec.request, signal) } };
    case 'targets':
      return { ...world, targets: { seen: await longhorn.listTargets(signal) } };
    case 'liveVolume':
      return { ...world, liveVolume: { seen: await liveVolumeOf(cluster, sourceRefOf(operation), signal) } };
    case 'backup':
      return { ...world, backup: { seen: await longhorn.backups.get(work?.backup ?? '', signal) } };
    case 'target': {
      // Once it runs, the record says which one it is.
      const point = work?.backupTarget === undefined ? world.chosen : undefined;
      const target = work?.backupTarget ?? (point instanceof SoteriaError ? undefined : point?.source.backupTargetName);
      return { ...world, target: { seen: await longhorn.getTarget(target ?? '', signal) } };
    }
    case 'backingImage': {
      const image = shapeOfChosen(operation, world)?.volume.backingImage;
      return { ...world, backingImage: { seen: await tools.images.get(image ?? '', signal) } };
    }
    case 'imageBackup': {
      const image = shapeOfChosen(operation, world)?.volume.backingImage ?? '';
      const { chosen } = world;
      const target = chosen instanceof SoteriaError ? undefined : chosen?.source.backupTargetName;
      return { ...world, imageBackup: { seen: await tools.images.findBackup(image, target ?? '', signal) } };
    }
    case 'rooms':
      return { ...world, rooms: { seen: await tools.rooms.list(signal) } };
  }
}

/** The BackupVolume object of a volume's folder on a target: made when missing, then filled from `volume.cfg`. */
import { createHash } from 'node:crypto';
import {
  backupTargetLabel,
  backupVolumeLabel,
  backupVolumes,
  longhornGroup,
  longhornVersion,
} from '@soteria/shared/longhorn/resource-types.ts';
import type { BackupVolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { readVolumeManifest } from './store/manifest.ts';
import { type World, finalizer, instantOf, isDeleting, patchStatus } from './world.ts';

/** The name that Longhorn gives since 1.9.1; other programs should select by labels. */
export function backupVolumeName(target: string, volume: string): string {
  return `${volume}-${createHash('sha256').update(`${volume}-${target}`).digest('hex').slice(0, 8)}`;
}

export async function refreshBackupVolume(world: World, target: string, volume: string): Promise<void> {
  const manifest = await readVolumeManifest(world.folders.target(target), volume);
  if (manifest === undefined) return;
  const name = backupVolumeName(target, volume);
  if (world.faults.duplicateBackupVolumes === true) await findOrMake(world, { name: `${name}-b`, target, volume });
  const found = await findOrMake(world, { name, target, volume });
  if (isDeleting(found)) return;
  await patchStatus(world, backupVolumes, found, {
    ownerID: world.nodeName,
    size: manifest.Size,
    dataStored: manifest.DataStored,
    lastBackupName: manifest.LastBackupName,
    lastBackupAt: manifest.LastBackupAt,
    lastModificationTime: manifest.LastModificationTime,
    createdAt: manifest.CreatedTime,
    storageClassName: manifest.StorageClassName,
    labels: manifest.Labels,
    lastSyncedAt: instantOf(world.now()),
  });
}

async function findOrMake(
  { client, namespace, signal }: World,
  { name, target, volume }: { readonly name: string; readonly target: string; readonly volume: string },
): Promise<BackupVolumeResource> {
  const found = await client.get(backupVolumes, { name, namespace }, { signal });
  if (found !== undefined) return found;
  const labels = { [backupVolumeLabel]: volume, [backupTargetLabel]: target };
  const draft = {
    apiVersion: `${longhornGroup}/${longhornVersion}`,
    kind: backupVolumes.kind,
    metadata: { name, namespace, labels, finalizers: [finalizer] },
    spec: { backupTargetName: target, volumeName: volume },
  };
  return client.create(backupVolumes, draft, { signal });
}

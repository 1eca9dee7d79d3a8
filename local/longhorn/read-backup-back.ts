/** Copies the facts of a backup from the target into its status: from here on it can be restored. */
import { backupTargets, backups, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { BackupResource, VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { statusReadBack } from './backup-status.ts';
import { refreshBackupVolume } from './refresh-backup-volume.ts';
import { backupUrl } from './store/layout.ts';
import { readManifest } from './store/manifest.ts';
import { targetOfBackup, volumeOfBackup } from './volume-relations.ts';
import { type World, instantOf, patchStatus } from './world.ts';

export async function readBackupBack(
  world: World,
  backup: BackupResource,
  volume: VolumeResource | undefined,
): Promise<void> {
  const { name } = backup.metadata;
  const target = targetOfBackup(backup);
  const volumeName = volumeOfBackup(backup) ?? '';
  const manifest = await readManifest(world.folders.target(target), volumeName, name);
  if (manifest === undefined) {
    // The next poll finds that the backup is gone, and deletes the object.
    world.log.warn('backup_not_on_target', { backup: name, volume: volumeName });
    return;
  }
  // An interrupted upload has no facts for the object.
  if (manifest.CreatedTime === '') return;
  const { spec } = (await world.client.get(backupTargets, { name: target, namespace: world.namespace }, world)) ?? {};
  // First the volume's entry: a restore needs the size in it (longhorn.md 0).
  await refreshBackupVolume(world, target, volumeName);
  const found = {
    target,
    url: backupUrl(spec?.backupTargetURL ?? '', volumeName, name),
    volume: volumeName,
    volumeSize: manifest.VolumeSize,
    snapshotName: manifest.SnapshotName,
    snapshotCreatedAt: manifest.SnapshotCreatedAt,
    createdAt: manifest.CreatedTime,
    size: manifest.Size,
    uploaded: manifest.NewlyUploadedDataSize,
    labels: manifest.Labels,
  };
  await patchStatus(world, backups, backup, {
    ...statusReadBack(found, instantOf(world.now())),
    ownerID: world.nodeName,
    volumeCreated: manifest.VolumeCreated,
    reUploadedDataSize: manifest.ReUploadedDataSize,
    compressionMethod: manifest.CompressionMethod,
  });
  if (volume !== undefined && (volume.status?.lastBackupAt ?? '') <= manifest.SnapshotCreatedAt) {
    await patchStatus(world, volumes, volume, { lastBackup: name, lastBackupAt: manifest.SnapshotCreatedAt });
  }
}

import { rm } from 'node:fs/promises';
import { backupVolumes, backups } from '@soteria/shared/longhorn/resource-types.ts';
import { isTargetAvailable } from './is-target-available.ts';
import { refreshBackupVolume } from './refresh-backup-volume.ts';
import { volumeStore } from './store/layout.ts';
import { backupsOfVolume, targetOfBackup } from './volume-relations.ts';
import { type World, ensureMetadata, isDeleting, removeFinalizer } from './world.ts';

/** Deleting a BackupVolume deletes all its backups, on the target too (longhorn.md 6). */
export async function reconcileBackupVolume(world: World, name: string): Promise<number | undefined> {
  const { namespace } = world;
  const found = await world.client.get(backupVolumes, { name, namespace }, world);
  if (found === undefined) return undefined;
  const target = found.spec.backupTargetName ?? 'default';
  const volume = found.spec.volumeName ?? '';
  if (isDeleting(found)) {
    const left = backupsOfVolume(world.known, volume).filter((each) => targetOfBackup(each) === target);
    for (const { metadata } of left) await world.client.delete(backups, { name: metadata.name, namespace }, world);
    if (left.length > 0) return world.pace.stepMs;
    if (await isTargetAvailable(world, target)) {
      await rm(volumeStore(world.folders.target(target), volume).folder, { recursive: true, force: true });
    }
    await removeFinalizer(world, backupVolumes, found);
    return undefined;
  }
  await ensureMetadata(world, backupVolumes, found, {});
  const askedMs = Date.parse(found.spec.syncRequestedAt ?? '') || 0;
  if (askedMs > (Date.parse(found.status?.lastSyncedAt ?? '') || 0) && (await isTargetAvailable(world, target))) {
    await refreshBackupVolume(world, target, volume);
  }
  return undefined;
}

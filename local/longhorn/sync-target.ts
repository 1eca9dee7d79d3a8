/** A poll: makes the objects agree with the content of the target. */
import {
  backupTargetLabel,
  backupVolumeLabel,
  backups,
  longhornGroup,
  longhornVersion,
} from '@soteria/shared/longhorn/resource-types.ts';
import type { BackupResource } from '@soteria/shared/longhorn/wire.ts';
import { planSync } from './decide-target.ts';
import { objectOnlyLabel } from './delete-backup.ts';
import { refreshBackupVolume } from './refresh-backup-volume.ts';
import { accessModeLabel } from './restored-fields.ts';
import { listVolumes } from './store/list-volumes.ts';
import { readManifest } from './store/manifest.ts';
import { listBackups } from './store/record-backup.ts';
import { targetOfBackup } from './volume-relations.ts';
import { type World, finalizer, isDeleting } from './world.ts';

export async function syncTarget(world: World, target: string): Promise<void> {
  // Reading the target itself lists only the names of its volumes.
  if (world.faults.backupVolumeLags === true) return;
  const folder = world.folders.target(target);
  const onTarget = new Map<string, string>();
  for (const volume of await listVolumes(folder)) {
    await refreshBackupVolume(world, target, volume);
    for (const backup of await listBackups(folder, volume)) onTarget.set(backup, volume);
  }
  const objects = world.known.backups.values().filter((backup) => targetOfBackup(backup) === target);
  const plan = planSync(
    [...onTarget.keys()],
    objects.map((backup) => ({ name: backup.metadata.name, isFromTarget: isFromTarget(backup) })).toArray(),
    world.heldBack,
    world.faults,
  );
  for (const backup of plan.pull) await pull(world, target, onTarget.get(backup) ?? '', backup);
  for (const backup of plan.drop) await dropObject(world, backup);
}

/** Deletes all objects of the target; nothing on the target is touched. */
export async function dropObjectsOf(world: World, target: string): Promise<void> {
  const objects = world.known.backups.values().filter((backup) => targetOfBackup(backup) === target);
  for (const { metadata } of objects.toArray()) await dropObject(world, metadata.name);
}

function isFromTarget(backup: BackupResource): boolean {
  return !isDeleting(backup) && backup.status?.state === 'Completed' && (backup.status.lastSyncedAt ?? '') !== '';
}

/** Sets the labels that Longhorn itself needs, and none of the labels that the maker of the backup had set. */
async function pull(world: World, target: string, volume: string, name: string): Promise<void> {
  if ((await world.client.get(backups, { name, namespace: world.namespace }, world)) !== undefined) return;
  await world.client.create(
    backups,
    {
      apiVersion: `${longhornGroup}/${longhornVersion}`,
      kind: backups.kind,
      metadata: {
        name,
        namespace: world.namespace,
        finalizers: [finalizer],
        labels: { [backupVolumeLabel]: volume, [backupTargetLabel]: target },
      },
      spec: await specOnTarget(world, target, volume, name),
    },
    world,
  );
}

/** The block size of a backup that was interrupted or cannot be read is unknown. */
async function specOnTarget(world: World, target: string, volume: string, name: string) {
  const found = await readManifest(world.folders.target(target), volume, name).catch(() => undefined);
  if (found === undefined || found.CreatedTime === '') return { labels: {}, backupBlockSize: '-1' };
  const accessMode = found.Labels[accessModeLabel];
  return {
    labels: accessMode === undefined ? {} : { [accessModeLabel]: accessMode },
    backupBlockSize: '2097152',
  };
}

export async function dropObject(world: World, name: string): Promise<void> {
  const at = { name, namespace: world.namespace };
  const backup = await world.client.get(backups, at, world);
  if (backup === undefined) return;
  await world.client.patch(backups, at, { metadata: { labels: { [objectOnlyLabel]: '' } } }, world);
  await world.client.delete(backups, at, { uid: backup.metadata.uid, signal: world.signal });
}

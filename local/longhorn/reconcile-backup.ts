import { backups, snapshots, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BackupResource, SnapshotResource, VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { type BackupStep, statusAfter } from './backup-status.ts';
import { decideBackup } from './decide-backup.ts';
import { readBackupBack } from './read-backup-back.ts';
import { deleteBackup } from './delete-backup.ts';
import { isTargetAvailable } from './is-target-available.ts';
import { leaveUnfinished, runUpload } from './run-upload.ts';
import { dropObject } from './sync-target.ts';
import { removeJournal } from './store/upload-journal.ts';
import { backupsOfVolume, targetOfBackup, volumeOfBackup } from './volume-relations.ts';
import { type World, ensureMetadata, instantOf, isDeleting, patchStatus } from './world.ts';

export async function reconcileBackup(world: World, name: string): Promise<number | undefined> {
  const backup = await world.client.get(backups, { name, namespace: world.namespace }, world);
  if (backup === undefined) {
    await world.uploads.drop(name);
    return undefined;
  }
  if (isDeleting(backup)) return deleteBackup(world, backup);
  const { volume, snapshot, volumeName } = await surroundingsOf(world, backup);
  await ensureMetadata(world, backups, backup, {
    'backup-volume': volumeName,
    'backup-target': volume?.spec.backupTargetName ?? targetOfBackup(backup),
  });
  const action = decideBackup({
    state: backup.status?.state ?? '',
    snapshotName: backup.spec.snapshotName ?? '',
    progress: backup.status?.progress ?? 0,
    isReadBack: (backup.status?.lastSyncedAt ?? '') !== '',
    volumeName,
    volumeState: volume?.status?.state ?? undefined,
    isSnapshotReady: snapshot?.status?.readyToUse === true,
    deletedSibling: backupsOfVolume(world.known, volumeName).find((each) => each.status?.state === 'Deleting')?.metadata
      .name,
    isTargetAvailable: await isTargetAvailable(world, targetOfBackup(backup)),
    waits: world.uploads.waits.get(name) ?? 0,
    faults: world.faults,
  });
  switch (action.type) {
    case 'wait':
      if (action.isCounted) world.uploads.waits.set(name, (world.uploads.waits.get(name) ?? 0) + 1);
      await show(world, backup, action);
      return world.pace.waitMs;
    case 'begin':
      world.uploads.waits.delete(name);
      await show(world, backup, action, { ownerID: world.nodeName, replicaAddress: 'tcp://127.0.0.1:10010' });
      return world.pace.stepMs;
    case 'advance':
      if (volume !== undefined) await advance(world, backup, volume);
      return world.pace.stepMs;
    case 'fail':
      await fail(world, backup, action.message);
      return undefined;
    case 'interrupt':
      if (volume !== undefined) await leaveUnfinished(world, backup, volume);
      await fail(world, backup, action.message);
      return undefined;
    case 'pretend':
      await show(world, backup, action);
      return world.pace.stepMs;
    case 'lose':
      await world.uploads.drop(name);
      await show(world, backup, action);
      return undefined;
    case 'readBack':
      await readBackupBack(world, backup, volume);
      return undefined;
    case 'nothing':
      break;
  }
  return undefined;
}

interface Surroundings {
  readonly volumeName: string;
  readonly volume: VolumeResource | undefined;
  readonly snapshot: SnapshotResource | undefined;
}

async function surroundingsOf(world: World, backup: BackupResource): Promise<Surroundings> {
  const { namespace } = world;
  const snapshotName = backup.spec.snapshotName ?? '';
  const snapshot =
    snapshotName === '' ? undefined : await world.client.get(snapshots, { name: snapshotName, namespace }, world);
  const volumeName = volumeOfBackup(backup) ?? snapshot?.spec.volume ?? '';
  const volume =
    volumeName === '' ? undefined : await world.client.get(volumes, { name: volumeName, namespace }, world);
  return { volumeName, volume, snapshot };
}

async function advance(world: World, backup: BackupResource, volume: VolumeResource): Promise<void> {
  let step;
  try {
    step = await runUpload(world, backup, volume);
  } catch (error) {
    if (error instanceof SoteriaError) throw error;
    world.log.error('backup_upload_failed', error, { backup: backup.metadata.name });
    await fail(world, backup, `failed to backup snapshot ${backup.spec.snapshotName ?? ''}: failed to upload block`);
    return;
  }
  const { progress, isDone } = step;
  await patchStatus(world, backups, backup, { progress, ...(isDone ? { state: 'Completed' } : {}) });
  if (!isDone) return;
  await removeJournal(world.folders.uploadJournal(backup.metadata.name));
  if (world.faults.listRace === true) await dropObject(world, backup.metadata.name);
}

async function fail(world: World, backup: BackupResource, message: string): Promise<void> {
  await world.uploads.drop(backup.metadata.name);
  await show(world, backup, { type: 'fail', message });
}

function show(
  world: World,
  backup: BackupResource,
  step: BackupStep,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  return patchStatus(world, backups, backup, { ...statusAfter(step, backup, instantOf(world.now())), ...more });
}

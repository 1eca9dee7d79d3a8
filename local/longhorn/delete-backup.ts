import { listAll } from '@soteria/shared/kubernetes/client.ts';
import { backupVolumeLabel, backups, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { BackupResource } from '@soteria/shared/longhorn/wire.ts';
import { type DeletionAction, decideBackupDeletion } from './decide-backup-deletion.ts';
import { isTargetAvailable } from './is-target-available.ts';
import { refreshBackupVolume } from './refresh-backup-volume.ts';
import { readManifest } from './store/manifest.ts';
import { forgetBackup } from './store/record-backup.ts';
import { removeJournal } from './store/upload-journal.ts';
import { targetOfBackup, volumeOfBackup } from './volume-relations.ts';
import { type World, instantOf, removeFinalizer, patchStatus } from './world.ts';

/** A label on the object: its data stays on the target. */
export const objectOnlyLabel = 'longhorn.io/delete-custom-resource-only';

export async function deleteBackup(world: World, backup: BackupResource): Promise<number | undefined> {
  const { name } = backup.metadata;
  const target = targetOfBackup(backup);
  const volume = volumeOfBackup(backup) ?? '';
  await world.uploads.drop(name);
  const targetFolder = world.folders.target(target);
  const action: DeletionAction = decideBackupDeletion({
    name,
    url: backup.status?.url ?? '',
    state: backup.status?.state ?? '',
    isObjectOnly: backup.metadata.labels?.[objectOnlyLabel] !== undefined,
    isTargetAvailable: await isTargetAvailable(world, target),
    isOnTarget: volume !== '' && (await readManifest(targetFolder, volume, name)) !== undefined,
    isSiblingInProgress: (await isSiblingInProgress(world, volume, name)) || (await isBeingRestored(world, volume)),
    volume,
    faults: world.faults,
  });
  switch (action.type) {
    case 'fail':
      await patchStatus(world, backups, backup, { state: 'Error', messages: { error: action.message } });
      return world.pace.deletionRetryMs;
    case 'markDeleting':
      await patchStatus(world, backups, backup, { state: 'Deleting', messages: null });
      return world.pace.stepMs;
    case 'deleteFromTarget':
      await forgetBackup(targetFolder, volume, name, instantOf(world.now()));
      await refreshBackupVolume(world, target, volume);
      await removeFinalizer(world, backups, backup);
      return undefined;
    case 'deleteObject':
      await removeJournal(world.folders.uploadJournal(name));
      await removeFinalizer(world, backups, backup);
      break;
    case 'nothing':
      break;
  }
  return undefined;
}

/** Reads the objects anew: blocks that a running upload has found on the target must stay. */
async function isSiblingInProgress(world: World, volume: string, name: string): Promise<boolean> {
  for await (const each of listAll(world.client, backups, { namespace: world.namespace }, world)) {
    const isSibling = each.metadata.name !== name && volumeOfBackup(each) === volume;
    if (isSibling && each.status?.state === 'InProgress') return true;
  }
  return false;
}

/** A restore holds the lock of the whole backup volume, whatever backup it reads (#5500). */
async function isBeingRestored(world: World, volume: string): Promise<boolean> {
  const query = { namespace: world.namespace, labelSelector: `${backupVolumeLabel}=${volume}` };
  for await (const { status } of listAll(world.client, volumes, query, world)) {
    const isRunning = status?.restoreRequired === true && status.state === 'attached';
    if (isRunning) return true;
  }
  return false;
}

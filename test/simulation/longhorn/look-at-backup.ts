import { objectOnlyLabel } from '@soteria/local/longhorn/delete-backup.ts';
import { statusAfter, statusReadBack } from '@soteria/local/longhorn/backup-status.ts';
import { decideBackup } from '@soteria/local/longhorn/decide-backup.ts';
import { decideBackupDeletion } from '@soteria/local/longhorn/decide-backup-deletion.ts';
import {
  backupTargetLabel,
  backupTargets,
  backupVolumeLabel,
  backupVolumes,
  backups,
  longhornGroup,
  longhornVersion,
  snapshots,
  volumes,
} from '@soteria/shared/longhorn/resource-types.ts';
import type { BackupResource } from '@soteria/shared/longhorn/wire.ts';
import { finalizer, longhornNamespace } from './objects.ts';
import { type Parts, targetName } from './parts.ts';

const apiVersion = `${longhornGroup}/${longhornVersion}`;
const volumeOf = ({ metadata }: BackupResource): string => metadata.labels?.[backupVolumeLabel] ?? '';

function isTargetAvailable({ objects, faults }: Parts): boolean {
  return faults.targetUnavailable === undefined && objects.get(backupTargets, targetName)?.status?.available === true;
}

export function lookAtBackup(parts: Parts, backup: BackupResource): void {
  if (backup.metadata.deletionTimestamp !== undefined) return deleteBackup(parts, backup);
  const { objects, faults, waits } = parts;
  const { metadata, spec, status } = backup;
  const { name } = metadata;
  const snapshotName = spec.snapshotName ?? '';
  const siblings = objects.list(backups).filter((one) => volumeOf(one) === volumeOf(backup) && one !== backup);
  const action = decideBackup({
    state: status?.state ?? '',
    snapshotName,
    isReadBack: (status?.lastSyncedAt ?? '') !== '',
    progress: status?.progress ?? 0,
    volumeName: volumeOf(backup),
    volumeState: objects.get(volumes, volumeOf(backup))?.status?.state ?? undefined,
    isSnapshotReady: objects.get(snapshots, snapshotName)?.status?.readyToUse === true,
    deletedSibling: siblings.find((one) => one.status?.state === 'Deleting')?.metadata.name,
    isTargetAvailable: isTargetAvailable(parts),
    waits: waits.get(name) ?? 0,
    faults,
  });
  switch (action.type) {
    case 'wait':
      if (action.isCounted) waits.set(name, (waits.get(name) ?? 0) + 1);
      break;
    case 'interrupt':
      putRecord(parts, backup, '');
      break;
    case 'advance':
      return advance(parts, backup);
    case 'readBack':
      return readBack(parts, name);
    case 'nothing':
      return undefined;
    case 'begin':
    case 'pretend':
    case 'lose':
    case 'fail':
      break;
  }
  objects.patchStatus(backups, name, { ...statusAfter(action, backup, parts.instant()) });
}

/** Two steps to the end: half, then all. */
function advance(parts: Parts, backup: BackupResource): void {
  const { objects, faults } = parts;
  const { metadata, status } = backup;
  const { name } = metadata;
  if ((status?.progress ?? 0) < 50) return objects.patchStatus(backups, name, { progress: 50 });
  putRecord(parts, backup, parts.instant());
  objects.patchStatus(backups, name, { state: 'Completed', progress: 100 });
  objects.patchStatus(volumes, volumeOf(backup), { lastBackup: name, lastBackupAt: parts.instant() });
  if (faults.listRace === true) dropObject(parts, name);
}

/** Of an interrupted upload `createdAt` is empty. */
function putRecord({ objects, target }: Parts, backup: BackupResource, createdAt: string): void {
  const { metadata, spec } = backup;
  const snapshotName = spec.snapshotName ?? '';
  target.put({
    name: metadata.name,
    volume: volumeOf(backup),
    snapshotName,
    snapshotCreatedAt: objects.get(snapshots, snapshotName)?.status?.creationTime ?? '',
    createdAt,
    labels: { ...spec.labels },
  });
}

/** As Longhorn does it: the object is deleted once it has its label for that, and is there until the next look. */
export function dropObject({ objects }: Parts, name: string): void {
  if (objects.patchMetadata(backups, name, { labels: { [objectOnlyLabel]: '' } })) objects.delete(backups, name);
}

function readBack(parts: Parts, name: string): void {
  const record = parts.target.get(name);
  if (record === undefined || record.createdAt === '') return;
  refreshBackupVolume(parts, record.volume);
  const found = {
    ...record,
    target: targetName,
    url: `s3://simulated@loopback/?backup=${name}&volume=${record.volume}`,
    volumeSize: '1073741824',
    size: '4194304',
    uploaded: '2097152',
  };
  parts.objects.patchStatus(backups, name, { ...statusReadBack(found, parts.instant()) });
}

function deleteBackup(parts: Parts, backup: BackupResource): void {
  const { objects, target, faults } = parts;
  const { metadata, status } = backup;
  const { name } = metadata;
  const isSibling = (one: BackupResource) => volumeOf(one) === volumeOf(backup) && one.metadata.name !== name;
  const action = decideBackupDeletion({
    name,
    url: status?.url ?? '',
    state: status?.state ?? '',
    isObjectOnly: metadata.labels?.[objectOnlyLabel] !== undefined,
    isTargetAvailable: isTargetAvailable(parts),
    isOnTarget: target.get(name) !== undefined,
    isSiblingInProgress: objects.list(backups).some((one) => isSibling(one) && one.status?.state === 'InProgress'),
    volume: volumeOf(backup),
    faults,
  });
  switch (action.type) {
    case 'fail':
      return objects.patchStatus(backups, name, { state: 'Error', messages: { error: action.message } });
    case 'markDeleting':
      return objects.patchStatus(backups, name, { state: 'Deleting', messages: null });
    case 'deleteFromTarget':
      target.delete(name);
      return objects.letGo(backups, name);
    case 'deleteObject':
      return objects.letGo(backups, name);
    case 'nothing':
      return undefined;
  }
}

/** What a poll finds without an object: Longhorn's own labels, none of ours, no spec.snapshotName. */
export function pullBackup({ objects, target }: Parts, name: string): void {
  const record = target.get(name);
  if (record === undefined || objects.get(backups, name) !== undefined) return;
  const labels = { [backupVolumeLabel]: record.volume, [backupTargetLabel]: targetName };
  const metadata = { name, namespace: longhornNamespace, finalizers: [finalizer], labels };
  // Longhorn's webhook refuses a Backup without a block size.
  objects.create(backups, {
    apiVersion,
    kind: backups.kind,
    metadata,
    spec: { labels: {}, backupBlockSize: '2097152' },
  });
}

export function refreshBackupVolume({ objects, faults, instant }: Parts, volume: string): void {
  const name = `${volume}-of-${targetName}`;
  if (faults.duplicateBackupVolumes === true) makeBackupVolume({ objects }, `${name}-b`, volume);
  makeBackupVolume({ objects }, name, volume);
  objects.patchStatus(backupVolumes, name, { size: '1073741824', dataStored: '4194304', lastSyncedAt: instant() });
}

function makeBackupVolume({ objects }: Pick<Parts, 'objects'>, name: string, volume: string): void {
  if (objects.get(backupVolumes, name) !== undefined) return;
  const labels = { [backupVolumeLabel]: volume, [backupTargetLabel]: targetName };
  objects.create(backupVolumes, {
    apiVersion,
    kind: backupVolumes.kind,
    metadata: { name, namespace: longhornNamespace, finalizers: [finalizer], labels },
    spec: { backupTargetName: targetName, volumeName: volume },
  });
}

/** The objects that belong to a volume, among the known objects. Pure. */
import { backupTargetLabel, backupVolumeLabel } from '@soteria/shared/longhorn/resource-types.ts';
import type { BackupResource, SnapshotResource } from '@soteria/shared/longhorn/wire.ts';
import type { Known } from './known-objects.ts';

export function volumeOfBackup(backup: BackupResource): string | undefined {
  return backup.metadata.labels?.[backupVolumeLabel] ?? backup.status?.volumeName ?? undefined;
}

export function targetOfBackup(backup: BackupResource): string {
  return backup.metadata.labels?.[backupTargetLabel] ?? backup.status?.backupTargetName ?? 'default';
}

export function snapshotsOfVolume({ snapshots }: Pick<Known, 'snapshots'>, volume: string): SnapshotResource[] {
  return snapshots
    .values()
    .filter((snapshot) => snapshot.spec.volume === volume)
    .toArray();
}

export function backupsOfVolume({ backups }: Pick<Known, 'backups'>, volume: string): BackupResource[] {
  return backups
    .values()
    .filter((backup) => volumeOfBackup(backup) === volume)
    .toArray();
}

/** The backups that still have steps to go: not yet on the target, not yet read back, or being deleted. */
export function unfinishedBackupsOf(known: Pick<Known, 'backups'>, volume: string): BackupResource[] {
  return backupsOfVolume(known, volume).filter(
    (backup) => backup.metadata.deletionTimestamp !== undefined || (backup.status?.lastSyncedAt ?? '') === '',
  );
}

/** A backup that still needs the volume's engine. */
export function isBackupAtWork({ metadata, spec, status }: BackupResource): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    (spec.snapshotName ?? '') !== '' &&
    ['', 'Pending', 'InProgress'].includes(status?.state ?? '')
  );
}

/** A snapshot that still needs the volume's engine. */
export function isSnapshotAtWork({ metadata, spec, status }: SnapshotResource): boolean {
  return (
    metadata.deletionTimestamp === undefined && spec.createSnapshot === true && (status?.creationTime ?? '') === ''
  );
}

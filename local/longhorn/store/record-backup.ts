/** The two configuration files of a volume on the target: a backup counts as soon as its file exists. */
import { readdir, rm } from 'node:fs/promises';
import { removeBlocksExcept } from './blocks.ts';
import { volumeStore } from './layout.ts';
import { type BackupManifest, type VolumeManifest, isAbsence, readManifest, readVolumeManifest } from './manifest.ts';
import { writeWholeFile } from './write-whole-file.ts';

/** Facts about the volume that a backup alone does not know. */
export interface VolumeFacts {
  readonly storageClassName: string;
}

export async function recordBackup(targetFolder: string, backup: BackupManifest, facts: VolumeFacts): Promise<void> {
  const store = volumeStore(targetFolder, backup.VolumeName);
  await writeWholeFile(store.backupFile(backup.Name), JSON.stringify(backup));
  await writeVolumeManifest(targetFolder, backup.VolumeName, backup.CreatedTime, facts);
}

/**
 * Deletes the backup's file, then every block that no other backup needs; must not run while a backup of the volume is being written. What
 * a kill leaves behind is deleted with the next backup.
 */
export async function forgetBackup(targetFolder: string, volume: string, backup: string, now: string): Promise<void> {
  const store = volumeStore(targetFolder, volume);
  await rm(store.backupFile(backup), { force: true });
  const left = await readManifests(targetFolder, volume);
  // An unfinished backup may need any of them.
  if (left.every(isFinished)) await removeBlocksExcept(store, blocksIn(left));
  const before = await readVolumeManifest(targetFolder, volume);
  if (before !== undefined) {
    await writeVolumeManifest(targetFolder, volume, now, { storageClassName: before.StorageClassName });
  }
}

/** Names of the volume's backups on the target. */
export async function listBackups(targetFolder: string, volume: string): Promise<string[]> {
  const { backupsFolder } = volumeStore(targetFolder, volume);
  try {
    const names = await readdir(backupsFolder);
    return names.flatMap((name) => /^backup_(.+)\.cfg$/.exec(name)?.[1] ?? []).toSorted();
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

const isFinished = ({ CreatedTime }: BackupManifest): boolean => CreatedTime !== '';

async function readManifests(targetFolder: string, volume: string): Promise<BackupManifest[]> {
  const found = await Promise.all(
    (await listBackups(targetFolder, volume)).map((backup) => readManifest(targetFolder, volume, backup)),
  );
  return found.filter((manifest) => manifest !== undefined);
}

async function writeVolumeManifest(
  targetFolder: string,
  volume: string,
  now: string,
  { storageClassName }: VolumeFacts,
): Promise<void> {
  const backups = (await readManifests(targetFolder, volume)).filter(isFinished);
  const before = await readVolumeManifest(targetFolder, volume);
  const last = backups.toSorted((a, b) => compareTexts(b.SnapshotCreatedAt, a.SnapshotCreatedAt))[0];
  const manifest: VolumeManifest = {
    Name: volume,
    Size: last?.VolumeSize ?? before?.Size ?? '0',
    CreatedTime: last?.VolumeCreated ?? before?.CreatedTime ?? now,
    LastBackupName: last?.Name ?? '',
    LastBackupAt: last?.SnapshotCreatedAt ?? '',
    LastModificationTime: now,
    StorageClassName: storageClassName,
    Labels: last?.Labels ?? {},
    DataStored: storedBytesOf(backups).toString(),
  };
  await writeWholeFile(volumeStore(targetFolder, volume).configFile, JSON.stringify(manifest));
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function blocksIn(backups: readonly BackupManifest[]): Set<string> {
  return new Set(backups.flatMap(({ Files }) => Files.flatMap((each) => (each.type === 'file' ? each.blocks : []))));
}

/** As Longhorn has it: every block once, and as if each were of 2 MiB. */
function storedBytesOf(backups: readonly BackupManifest[]): number {
  return blocksIn(backups).size * 2 * 1024 * 1024;
}

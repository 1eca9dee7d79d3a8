/** The paths of a backup target, in Longhorn's own layout. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { safeName } from '../folders.ts';

export const backupStoreFolder = 'backupstore';

export interface VolumeStore {
  readonly folder: string;
  readonly configFile: string;
  readonly backupsFolder: string;
  readonly blocksFolder: string;
  backupFile(backup: string): string;
  blockFile(checksum: string): string;
}

/** `backupstore/volumes/<h[0:2]>/<h[2:4]>/<volume>` with h = SHA-512 of the volume's name. */
export function volumeStore(targetFolder: string, volume: string): VolumeStore {
  const hash = createHash('sha512').update(volume).digest('hex');
  const folder = join(volumesFolder(targetFolder), hash.slice(0, 2), hash.slice(2, 4), safeName(volume));
  const backupsFolder = join(folder, 'backups');
  const blocksFolder = join(folder, 'blocks');
  return {
    folder,
    configFile: join(folder, 'volume.cfg'),
    backupsFolder,
    blocksFolder,
    backupFile: (backup) => join(backupsFolder, `backup_${safeName(backup)}.cfg`),
    blockFile: (checksum) =>
      join(blocksFolder, checksum.slice(0, 2), checksum.slice(2, 4), `${safeName(checksum)}.blk`),
  };
}

export function volumesFolder(targetFolder: string): string {
  return join(targetFolder, backupStoreFolder, 'volumes');
}

/** Longhorn's name of a block: the first 64 hex digits of the SHA-512 of its bytes. */
export function checksumOf(block: Uint8Array): string {
  return createHash('sha512').update(block).digest('hex').slice(0, 64);
}

/** `Backup.status.url`. */
export function backupUrl(targetUrl: string, volume: string, backup: string): string {
  return `${targetUrl}?backup=${backup}&volume=${volume}`;
}

/**
 * `volume.cfg` and `backup_<name>.cfg`: a backup can be rebuilt from these files and the blocks. Member names are Longhorn's
 * where Longhorn has them; `Files` stands where Longhorn lists the blocks of a block device.
 */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { volumeStore } from './layout.ts';

const checksum = z.string().regex(/^[0-9a-f]{64}$/);
/** Relative, below the claim's root, `/` between names. */
const path = z
  .string()
  .min(1)
  .refine((text) => !text.split('/').some((name) => name === '' || name === '.' || name === '..'), 'leaves the folder');

const fileEntry = z.object({
  path,
  type: z.literal('file'),
  mode: z.int(),
  modifiedAtMs: z.number(),
  sizeBytes: z.int(),
  blocks: z.array(checksum),
});
const folderEntry = z.object({ path, type: z.literal('folder'), mode: z.int(), modifiedAtMs: z.number() });
const linkEntry = z.object({ path, type: z.literal('link'), linkTarget: z.string() });
const entry = z.discriminatedUnion('type', [fileEntry, folderEntry, linkEntry]);
export type FileEntry = z.infer<typeof fileEntry>;
export type Entry = z.infer<typeof entry>;

const decimal = z.string().regex(/^\d+$/);

export const backupManifest = z.object({
  Name: z.string(),
  VolumeName: z.string(),
  SnapshotName: z.string(),
  SnapshotCreatedAt: z.string(),
  CreatedTime: z.string(),
  Size: decimal,
  NewlyUploadedDataSize: decimal,
  ReUploadedDataSize: decimal,
  CompressionMethod: z.literal('gzip'),
  BlockSize: z.int().positive(),
  Labels: z.record(z.string(), z.string()),
  VolumeSize: decimal,
  VolumeCreated: z.string(),
  Files: z.array(entry),
});
export type BackupManifest = z.infer<typeof backupManifest>;

export const volumeManifest = z.object({
  Name: z.string(),
  Size: decimal,
  CreatedTime: z.string(),
  LastBackupName: z.string(),
  LastBackupAt: z.string(),
  LastModificationTime: z.string(),
  StorageClassName: z.string(),
  Labels: z.record(z.string(), z.string()),
  /** Uncompressed bytes of all blocks, each counted once. */
  DataStored: decimal,
});
export type VolumeManifest = z.infer<typeof volumeManifest>;

/** `undefined` when there is no such backup; throws when the manifest is damaged. */
export async function readManifest(
  targetFolder: string,
  volume: string,
  backup: string,
): Promise<BackupManifest | undefined> {
  const text = await readIfThere(volumeStore(targetFolder, volume).backupFile(backup));
  return text === undefined ? undefined : backupManifest.parse(JSON.parse(text));
}

export async function readVolumeManifest(targetFolder: string, volume: string): Promise<VolumeManifest | undefined> {
  const text = await readIfThere(volumeStore(targetFolder, volume).configFile);
  return text === undefined ? undefined : volumeManifest.parse(JSON.parse(text));
}

export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

export function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

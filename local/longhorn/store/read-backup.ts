/** A backup read back from the target alone: what a restore does, and how the demo proves that the bytes are equal. */
import { chmod, mkdir, open, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readBlock } from './blocks.ts';
import { type VolumeStore, volumeStore } from './layout.ts';
import { type Entry, type FileEntry, readManifest } from './manifest.ts';

export type BackedUpEntry = (FileEntry & { content(): AsyncIterable<Uint8Array> }) | Exclude<Entry, FileEntry>;

/** Every entry of the backup, a folder before what it holds; throws when the backup is not there. */
export async function* readBackup(targetFolder: string, volume: string, backup: string): AsyncGenerator<BackedUpEntry> {
  const manifest = await readManifest(targetFolder, volume, backup);
  if (manifest === undefined) throw new Error(`the target holds no backup ${backup} of volume ${volume}`);
  const store = volumeStore(targetFolder, volume);
  for (const entry of manifest.Files) {
    yield entry.type === 'file' ? { ...entry, content: () => contentOf(store, entry) } : entry;
  }
}

async function* contentOf(store: VolumeStore, { blocks }: FileEntry): AsyncGenerator<Uint8Array> {
  for (const checksum of blocks) yield await readBlock(store, checksum);
}

/** Builds the backup's tree in `folder`, which need not exist; modes, times and links as they were. */
export async function restoreToFolder(
  targetFolder: string,
  volume: string,
  backup: string,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const folders: Extract<Entry, { type: 'folder' }>[] = [];
  const links: Extract<Entry, { type: 'link' }>[] = [];
  for await (const entry of readBackup(targetFolder, volume, backup)) {
    const path = join(folder, entry.path);
    if (entry.type === 'folder') {
      await mkdir(path, { recursive: true });
      folders.push(entry);
    } else if (entry.type === 'link') links.push(entry);
    else await writeEntry(path, entry);
  }
  // Last, so that nothing is ever written through a link of the backup.
  for (const link of links) {
    await mkdir(dirname(join(folder, link.path)), { recursive: true });
    await symlink(link.linkTarget, join(folder, link.path));
  }
  // Innermost first: a read-only folder takes no more entries, and each entry made changes its folder's time.
  for (const { path, mode, modifiedAtMs } of folders.toReversed()) {
    await utimes(join(folder, path), modifiedAtMs / 1000, modifiedAtMs / 1000);
    await chmod(join(folder, path), mode);
  }
}

async function writeEntry(path: string, entry: Extract<BackedUpEntry, { type: 'file' }>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await using handle = await open(path, 'wx', 0o600);
  for await (const block of entry.content()) await handle.writeFile(block);
  await handle.chmod(entry.mode);
  await handle.utimes(entry.modifiedAtMs / 1000, entry.modifiedAtMs / 1000);
}

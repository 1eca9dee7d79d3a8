/** Reads a backup back from the target alone. */
import { readBlock } from './blocks.ts';
import { type VolumeStore, volumeStore } from './layout.ts';
import { type Entry, type FileEntry, readManifest } from './manifest.ts';

export type BackedUpEntry = (FileEntry & { content(): AsyncIterable<Uint8Array> }) | Exclude<Entry, FileEntry>;

/** Every entry of the backup, a folder before its content; throws when the backup does not exist. */
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

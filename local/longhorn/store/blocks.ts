/** Blocks of one volume on the target: content-addressed, compressed, each written once. */
import { access, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type VolumeStore, checksumOf } from './layout.ts';
import { isAbsence } from './manifest.ts';
import { writeWholeFile } from './write-whole-file.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);

export async function hasBlock(store: VolumeStore, checksum: string): Promise<boolean> {
  try {
    await access(store.blockFile(checksum));
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/** Returns how many compressed bytes were written. */
export async function writeBlock(store: VolumeStore, checksum: string, block: Uint8Array): Promise<number> {
  const packed = await compress(block, { level: 1 });
  await writeWholeFile(store.blockFile(checksum), packed);
  return packed.byteLength;
}

/** Throws when the block is missing, or does not match the checksum in its name. */
export async function readBlock(store: VolumeStore, checksum: string): Promise<Uint8Array> {
  const block = await expand(await readFile(store.blockFile(checksum)));
  const found = checksumOf(block);
  if (found !== checksum) throw new Error(`block ${checksum} is damaged: its bytes have the checksum ${found}`);
  return block;
}

/** Deletes every block that is not `wanted`, and the files of unfinished writes; returns how many files were deleted. */
export async function removeBlocksExcept(store: VolumeStore, wanted: ReadonlySet<string>): Promise<number> {
  let removed = 0;
  const files = await readdir(store.blocksFolder, { recursive: true, withFileTypes: true }).catch(noneIfAbsent);
  for (const file of files) {
    if (!file.isFile() || wanted.has(file.name.replace(/\.blk$/, ''))) continue;
    await rm(join(file.parentPath, file.name), { force: true });
    removed += 1;
  }
  return removed;
}

function noneIfAbsent(error: unknown): [] {
  if (isAbsence(error)) return [];
  throw error;
}

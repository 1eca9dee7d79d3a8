/** Moves a snapshot's folder to the target, block by block, and reports its progress after each block. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { hasBlock, writeBlock } from './blocks.ts';
import { type VolumeStore, checksumOf } from './layout.ts';
import type { Entry, FileEntry } from './manifest.ts';
import { appendToJournal, readJournal } from './upload-journal.ts';
import { type Found, walkTree } from './walk-tree.ts';
import type { TransferProgress } from '../transfers.ts';

export interface UploadOptions {
  readonly source: string;
  readonly store: VolumeStore;
  readonly blockSizeBytes: number;
  /** `full` writes every block again, also those the target has. */
  readonly mode: 'incremental' | 'full';
  readonly journalFile: string;
}

export interface UploadResult {
  readonly files: readonly Entry[];
  readonly totalBytes: number;
  /** Compressed bytes of blocks the target did not have. */
  readonly newBytes: number;
  /** Compressed bytes of blocks written although the target had them. */
  readonly againBytes: number;
}

/** The error of an upload that is dropped. */
export const noUpload: UploadResult = { files: [], totalBytes: 0, newBytes: 0, againBytes: 0 };

type FoundFile = Extract<Found, { type: 'file' }>;

export async function* upload(options: UploadOptions): AsyncGenerator<TransferProgress, UploadResult> {
  const found = await Array.fromAsync(walkTree(options.source));
  const totalBytes = found.reduce((sum, each) => sum + (each.type === 'file' ? each.sizeBytes : 0), 0);
  const written = new Map((await readJournal(options.journalFile)).map((block) => [block.checksum, block]));
  const files: Entry[] = [];
  let doneBytes = 0;

  async function put(block: Uint8Array): Promise<string> {
    const checksum = checksumOf(block);
    if (written.has(checksum)) return checksum;
    const isThere = await hasBlock(options.store, checksum);
    if (isThere && options.mode === 'incremental') return checksum;
    const bytes = await writeBlock(options.store, checksum, block);
    const record = { checksum, bytes, kind: isThere ? 'again' : 'new' } as const;
    written.set(checksum, record);
    await appendToJournal(options.journalFile, record);
    return checksum;
  }

  for (const each of found) {
    if (each.type !== 'file') {
      files.push(each);
      continue;
    }
    const blocks: string[] = [];
    let sizeBytes = 0;
    for await (const block of blocksOf(join(options.source, each.path), options.blockSizeBytes)) {
      blocks.push(await put(block));
      sizeBytes += block.byteLength;
      doneBytes += block.byteLength;
      yield { doneBytes, totalBytes };
    }
    files.push(fileEntry(each, sizeBytes, blocks));
  }
  const sumOf = (kind: 'new' | 'again') =>
    written.values().reduce((sum, block) => sum + (block.kind === kind ? block.bytes : 0), 0);
  return { files, totalBytes, newBytes: sumOf('new'), againBytes: sumOf('again') };
}

function fileEntry({ path, mode, modifiedAtMs }: FoundFile, sizeBytes: number, blocks: string[]): FileEntry {
  return { path, type: 'file', mode, modifiedAtMs, sizeBytes, blocks };
}

/** The file in pieces of `blockSizeBytes`, the last one shorter. */
async function* blocksOf(file: string, blockSizeBytes: number): AsyncGenerator<Uint8Array> {
  await using handle = await open(file);
  for (;;) {
    const block = Buffer.allocUnsafe(blockSizeBytes);
    let filled = 0;
    while (filled < blockSizeBytes) {
      const { bytesRead } = await handle.read(block, filled, blockSizeBytes - filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    if (filled > 0) yield block.subarray(0, filled);
    if (filled < blockSizeBytes) return;
  }
}

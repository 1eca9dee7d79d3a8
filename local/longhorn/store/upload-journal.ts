/** The blocks that an unfinished backup has written so far: after a restart each block is counted and none is written again. */
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readIfThere } from './manifest.ts';

export interface WrittenBlock {
  readonly checksum: string;
  /** Compressed bytes. */
  readonly bytes: number;
  /** `again`: the target had it, and a full backup wrote it again. */
  readonly kind: 'new' | 'again';
}

export async function readJournal(file: string): Promise<WrittenBlock[]> {
  const text = (await readIfThere(file)) ?? '';
  // A kill in the middle of an append leaves a last line without its end; it is not matched.
  return Array.from(text.matchAll(/^([0-9a-f]{64}) (\d+) (new|again)\n/gm), ([, checksum = '', bytes = '', kind]) => ({
    checksum,
    bytes: Number(bytes),
    kind: kind === 'again' ? 'again' : 'new',
  }));
}

export async function appendToJournal(file: string, { checksum, bytes, kind }: WrittenBlock): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  // The leading line break closes a line that a kill left open.
  await appendFile(file, `\n${checksum} ${bytes} ${kind}\n`);
}

export async function removeJournal(file: string): Promise<void> {
  await rm(file, { force: true });
}

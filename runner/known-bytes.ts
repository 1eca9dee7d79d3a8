/** Files whose bytes follow from a seed alone: a reader that knows the seed can check every byte. Pure. */
import { createHash } from 'node:crypto';

export interface KnownFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
}

const fileCount = 4;
const blockBytes = 64;
/** How many bytes are made at once. */
export const chunkBytes = 64 * 1024;

/** The folder of all known files: nothing is written beside it. */
export const knownFolder = 'soteria-self-test';

/** The last file takes the remaining bytes, so that sizes are odd too. */
export function knownFiles(totalBytes: number): KnownFile[] {
  const share = Math.floor(totalBytes / fileCount);
  return Array.from({ length: fileCount }, (_, index) => ({
    path: `${knownFolder}/${index % 2 === 0 ? '' : 'deeper/'}known-${index}.bin`,
    sizeBytes: index === fileCount - 1 ? totalBytes - share * (fileCount - 1) : share,
  }));
}

/** Bytes that do not compress, in chunks of `chunkBytes` but for the last. */
export function* knownChunks(seed: string, { path, sizeBytes }: KnownFile): Generator<Buffer> {
  for (let offset = 0; offset < sizeBytes; offset += chunkBytes) {
    const length = Math.min(chunkBytes, sizeBytes - offset);
    const blocks: Buffer[] = [];
    for (let at = 0; at < length; at += blockBytes) {
      blocks.push(
        createHash('sha512')
          .update(`${seed} ${path} ${offset + at}`)
          .digest(),
      );
    }
    yield Buffer.concat(blocks).subarray(0, length);
  }
}

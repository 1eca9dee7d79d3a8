/**
 * Records the baseline of a claim: counts, and a manifest of checksums on request. A backup of blocks knows no files, so
 * without such a record, made beside the application, a restore test has nothing to compare with, and reports that.
 */
import { open } from 'node:fs/promises';
import { hashFile } from './hash-file.ts';
import type { RecordOptions } from './options.ts';
import { type Found, codeOf, walkMount } from './walk-mount.ts';

export interface Baseline {
  readonly files: number;
  readonly bytes: number;
  /** Files that could not be read; the manifest leaves them out. */
  readonly unread: number;
}

/** Throws the system's error about the manifest file. */
export async function record({ root, manifestOut }: RecordOptions): Promise<Baseline> {
  await using manifest = manifestOut === undefined ? undefined : await open(manifestOut, 'w', 0o644);
  let [files, bytes, unread] = [0, 0, 0];

  async function lineOf({ path }: Found): Promise<string> {
    try {
      return `${await hashFile(root, path)}  ${path}\n`;
    } catch (error) {
      unread += 1;
      return `# ${codeOf(error)} ${path}\n`;
    }
  }

  for await (const found of walkMount(root)) {
    if (found.type === 'unreadable') unread += 1;
    if (found.type !== 'file') continue;
    files += 1;
    bytes += found.sizeBytes;
    // A name with a line break would be two lines of the manifest.
    if (manifest !== undefined && !/[\r\n]/.test(found.path)) await manifest.write(await lineOf(found));
  }
  return { files, bytes, unread };
}

/**
 * Walks everything below a folder, one entry at a time. Its memory does not grow with the number of files: only folders that are
 * still to be opened are kept. Links are never followed, so loops of links do no harm.
 */
import { type Stats } from 'node:fs';
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

export type Found =
  /** Relative, with `/`. */
  | { readonly type: 'file'; readonly path: string; readonly sizeBytes: number }
  | { readonly type: 'folder' | 'link' | 'special'; readonly path: string }
  /** `code`: the system's code, such as EACCES or EIO. */
  | { readonly type: 'unreadable'; readonly path: string; readonly code: string };

/** Made by mkfs, readable for root alone, and not part of the data. */
export const fileSystemOwn = 'lost+found';

export async function* walkMount(root: string): AsyncGenerator<Found> {
  const waiting: string[] = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    try {
      // The entry may have become a link since it was listed: check it before the folder is opened. The mount is read-only as well.
      for await (const { name } of await opendir(join(root, folder), { bufferSize: 256 })) {
        if (folder === '' && name === fileSystemOwn) continue;
        const path = folder === '' ? name : `${folder}/${name}`;
        const found = await look(root, path);
        if (found.type === 'folder') waiting.push(path);
        yield found;
      }
    } catch (error) {
      yield { type: 'unreadable', path: folder, code: codeOf(error) };
    }
  }
}

async function look(root: string, path: string): Promise<Found> {
  let stats: Stats;
  try {
    stats = await lstat(join(root, path));
  } catch (error) {
    return { type: 'unreadable', path, code: codeOf(error) };
  }
  if (stats.isFile()) return { type: 'file', path, sizeBytes: stats.size };
  if (stats.isDirectory()) return { type: 'folder', path };
  // Sockets, pipes and devices: opening one may wait for ever.
  return { type: stats.isSymbolicLink() ? 'link' : 'special', path };
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EUNKNOWN';
}

import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What a backup keeps of a file system: files, folders and symbolic links. It leaves out sockets, pipes and devices. */
export type Found =
  | {
      readonly type: 'file';
      readonly path: string;
      readonly mode: number;
      readonly modifiedAtMs: number;
      readonly sizeBytes: number;
    }
  | { readonly type: 'folder'; readonly path: string; readonly mode: number; readonly modifiedAtMs: number }
  | { readonly type: 'link'; readonly path: string; readonly linkTarget: string };

/** Everything below `root` in a fixed order: a folder before its content, names by code unit. Paths are relative, with `/`. */
export async function* walkTree(root: string, below = ''): AsyncGenerator<Found> {
  const names = await readdir(join(root, below));
  for (const name of names.toSorted()) {
    const path = below === '' ? name : `${below}/${name}`;
    const full = join(root, path);
    const stats = await lstat(full);
    const mode = stats.mode & 0o7777;
    const modifiedAtMs = stats.mtimeMs;
    if (stats.isSymbolicLink()) yield { type: 'link', path, linkTarget: await readlink(full) };
    else if (stats.isFile()) yield { type: 'file', path, mode, modifiedAtMs, sizeBytes: stats.size };
    else if (stats.isDirectory()) {
      yield { type: 'folder', path, mode, modifiedAtMs };
      yield* walkTree(root, path);
    }
  }
}

export async function sizeOfTree(root: string): Promise<number> {
  let sizeBytes = 0;
  for await (const found of walkTree(root)) if (found.type === 'file') sizeBytes += found.sizeBytes;
  return sizeBytes;
}

/** A folder of this machine as a bucket's content: every file is one current version. */
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { inListingOrder, type StoredVersion } from './stored-version.ts';

export async function folderVersions(folder: string): Promise<StoredVersion[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(noneIfAbsent);
  const found = await Promise.all(
    files
      .filter((file) => file.isFile() && !file.name.startsWith('.'))
      .map(({ parentPath, name }) => versionOf(folder, join(parentPath, name))),
  );
  return found.filter((version) => version !== undefined).toSorted(inListingOrder);
}

async function versionOf(folder: string, file: string): Promise<StoredVersion | undefined> {
  // The file was removed during the walk: leave it out.
  const found = await stat(file).catch(noneIfAbsent);
  if (Array.isArray(found)) return undefined;
  const uploadedAtMs = Math.round(found.mtimeMs);
  const name = relative(folder, file).split(sep).join('/');
  return { name, id: String(uploadedAtMs), action: 'upload', sizeBytes: found.size, uploadedAtMs };
}

function noneIfAbsent(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

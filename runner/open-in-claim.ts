/**
 * Opens regular files of the claim only. Links are refused, both as the last part of a path and on the way there, also when they stay
 * inside the claim: a record names the files themselves, and a link can lead out of the claim.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The system's codes with which a path that is not a regular file of the claim is refused. */
export const noRegularFile: ReadonlySet<string> = new Set(['ELOOP', 'ENOTFILE', 'EISDIR', 'ENXIO']);
export const notThere: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

export function refusal(code: string, why: string): Error {
  return Object.assign(new Error(why), { code });
}

/** The absolute path; throws ELOOP where a folder on the way is a link, and the system's error about the way. The last part is not checked. */
export async function placeInClaim(root: string, path: string): Promise<string> {
  const [realRoot, realFolder] = await Promise.all([realpath(root), realpath(join(root, dirname(path)))]);
  if (realFolder !== join(realRoot, dirname(path))) throw refusal('ELOOP', 'a folder of the path is a link');
  return join(root, path);
}

/** Neither follows nor waits: a link, a pipe or a device is refused. The caller closes the file. */
export async function openInClaim(root: string, path: string): Promise<FileHandle> {
  const place = await placeInClaim(root, path);
  const handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw refusal('ENOTFILE', 'not a regular file');
}

/**
 * Regular files of the claim, and nothing else. No link counts, neither in the last place of a path nor on the way there, also when it stays
 * inside the claim: a record names the files themselves, and a link can lead out of the claim.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The system's words, in which a path that is no regular file of the claim is refused. */
export const noRegularFile: ReadonlySet<string> = new Set(['ELOOP', 'ENOTFILE', 'EISDIR', 'ENXIO']);
export const notThere: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

export function refusal(code: string, why: string): Error {
  return Object.assign(new Error(why), { code });
}

/** Absolute; throws ELOOP where a folder on the way is a link, and what else the system says of the way. The last place is not looked at. */
export async function placeInClaim(root: string, path: string): Promise<string> {
  const [realRoot, realFolder] = await Promise.all([realpath(root), realpath(join(root, dirname(path)))]);
  if (realFolder !== join(realRoot, dirname(path))) throw refusal('ELOOP', 'a folder of the path is a link');
  return join(root, path);
}

/** Neither follows nor waits: a link, a pipe or a device in the place of the file is refused. The caller closes it. */
export async function openInClaim(root: string, path: string): Promise<FileHandle> {
  const place = await placeInClaim(root, path);
  const handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw refusal('ENOTFILE', 'not a regular file');
}

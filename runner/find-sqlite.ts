/** Finds the SQLite databases of a claim by their first bytes, whatever their names. */
import { chooseSample } from './choose-sample.ts';
import { openInClaim } from './open-in-claim.ts';
import { walkMount } from './walk-mount.ts';

const magic = Buffer.from('SQLite format 3\0', 'latin1');
/** The smallest page of SQLite; a database consists of whole pages. */
const smallestPage = 512;

export interface FoundDatabases {
  /** At most `limit`, chosen by the seed when there are more. */
  readonly paths: readonly string[];
  readonly count: number;
}

export async function findSqlite(root: string, limit: number, seed: string): Promise<FoundDatabases> {
  const chosen = chooseSample<string>(limit, seed);
  let count = 0;
  for await (const found of walkMount(root)) {
    if (found.type !== 'file' || found.sizeBytes < smallestPage || found.sizeBytes % smallestPage !== 0) continue;
    if (!(await beginsAsSqlite(root, found.path))) continue;
    count += 1;
    chosen.offer(found.path, found.path);
  }
  return { paths: chosen.chosen(), count };
}

/** A file that cannot be read does not count as a database: the walk has already counted it as unreadable. */
export async function beginsAsSqlite(root: string, path: string): Promise<boolean> {
  try {
    await using handle = await openInClaim(root, path);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(magic.length), 0, magic.length, 0);
    return bytesRead === magic.length && buffer.equals(magic);
  } catch {
    return false;
  }
}

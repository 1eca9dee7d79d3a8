/**
 * `PRAGMA integrity_check` of SQLite databases. A closed database is read in its place; a database with a journal is copied first, with its
 * journal: the copy can recover as after a power failure, which the read-only claim does not allow.
 */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beginsAsSqlite } from './find-sqlite.ts';
import { noRegularFile, notThere, placeInClaim } from './open-in-claim.ts';
import { isDenied } from './take-inventory.ts';
import { codeOf } from './walk-mount.ts';

export interface SqliteFacts {
  readonly path: string;
  readonly outcome: 'passed' | 'failed' | 'impossible';
  readonly detail: string;
}

/** The folder for copies, and how many bytes they may take at once. */
export interface Scratch {
  readonly folder: string;
  readonly sizeBytes: number;
}

const journals = ['-wal', '-journal'];
/** SQLITE_CORRUPT and SQLITE_NOTADB; every other code is about the machine: no memory, no room, no right to read. */
const damaged = 11;
const noDatabase = 26;

export interface SqliteUse {
  readonly scratch: Scratch | undefined;
  /** A proof of this very point has opened the database before: if the file is now missing or not a database, the point has lost it. */
  readonly wasRead: boolean;
}

type Told = (outcome: SqliteFacts['outcome'] | 'none', detail: string) => SqliteFacts;

export async function checkSqlite(root: string, path: string, { scratch, wasRead }: SqliteUse): Promise<SqliteFacts> {
  const isKnown = wasRead || (await beginsAsSqlite(root, path));
  // A file that never existed, or is not a database, is a mistake in the request, and says nothing about the restore point.
  const told: Told = (outcome, detail) => ({
    path,
    outcome: outcome !== 'none' ? outcome : isKnown ? 'failed' : 'impossible',
    detail: outcome === 'none' && wasRead ? `${detail}, and an earlier proof of this point has opened it` : detail,
  });
  const [size, ...journalSizes] = await Promise.all(['', ...journals].map((end) => sizeOf(root, path + end)));
  if (typeof size !== 'number') {
    if (isDenied(size ?? '')) return told('impossible', 'only its owner may read it');
    if (notThere.has(size ?? '')) return told('none', `it is not in the claim: ${size ?? ''}`);
    if (noRegularFile.has(size ?? '')) return told('none', `it is no regular file, and no link is followed: ${size}`);
    return told('failed', `it cannot be read: ${size ?? ''}`);
  }
  const journalBytes = journalSizes.reduce<number>((sum, one) => sum + (typeof one === 'number' ? one : 0), 0);
  if (journalBytes === 0) return told(...(await integrityOf(readInPlace(join(root, path)), true)));

  // The database grows by its journal when it recovers.
  const neededBytes = size + 2 * journalBytes;
  if (scratch === undefined) return told('impossible', 'there is no scratch folder for a copy of it: --scratch');
  if (neededBytes > scratch.sizeBytes) {
    const detail = `its copy would take ${neededBytes} bytes, the scratch folder has ${scratch.sizeBytes}`;
    return told('impossible', detail);
  }
  return inCopy(root, path, scratch.folder, told);
}

async function inCopy(root: string, path: string, scratch: string, told: Told): Promise<SqliteFacts> {
  const folder = await mkdtemp(join(scratch, 'sqlite-'));
  try {
    const copy = join(folder, basename(path));
    for (const end of ['', ...journals]) {
      const trouble = await copyRegular(root, path + end, copy + end);
      if (trouble === undefined || (trouble === 'ENOENT' && end !== '')) continue;
      const isOurs = isDenied(trouble) || trouble === 'ENOSPC' || trouble === 'EDQUOT';
      return told(isOurs ? 'impossible' : 'failed', `${basename(path)}${end} cannot be copied: ${trouble}`);
    }
    return told(...(await integrityOf(copy, false)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Bytes of a regular file, or the system's code. */
async function sizeOf(root: string, path: string): Promise<number | string> {
  try {
    const stats = await lstat(await placeInClaim(root, path));
    return stats.isFile() ? stats.size : stats.isSymbolicLink() ? 'ELOOP' : 'ENOTFILE';
  } catch (error) {
    return codeOf(error);
  }
}

/** The system's code when that failed. */
async function copyRegular(root: string, path: string, to: string): Promise<string | undefined> {
  const size = await sizeOf(root, path);
  if (typeof size === 'string') return size;
  try {
    await copyFile(join(root, path), to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

/** No process writes to the claim, so SQLite needs no lock and no shared memory beside the file. */
function readInPlace(file: string): URL {
  const url = pathToFileURL(file);
  url.searchParams.set('immutable', '1');
  return url;
}

async function integrityOf(file: string | URL, readOnly: boolean): Promise<Parameters<Told>> {
  // Loaded when needed: most verifications have no database.
  const { DatabaseSync } = await import('node:sqlite');
  try {
    const database = new DatabaseSync(file, { readOnly });
    try {
      const rows = database.prepare('PRAGMA integrity_check(5)').all();
      const said = rows.map((row) => String(row['integrity_check']));
      if (said.length !== 1 || said[0] !== 'ok') return ['failed', said.join('; ')];
      // To SQLite an empty file is a database without a table.
      const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
      return pages === 0 ? ['none', 'it is empty, and no SQLite database'] : ['passed', 'integrity_check: ok'];
    } finally {
      database.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
    // The low byte is the kind, the rest of it the detail.
    const kind = code & 0xff;
    const outcome = kind === noDatabase ? 'none' : kind === damaged ? 'failed' : 'impossible';
    return [outcome, error instanceof Error ? error.message : 'SQLite cannot open it'];
  }
}

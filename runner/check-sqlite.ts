/**
 * `PRAGMA integrity_check` of SQLite databases. One that was closed is read where it is; one with a journal is copied first, with its
 * journal: there it may recover as after a power failure, which the read-only claim does not allow.
 */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDenied } from './take-inventory.ts';
import { codeOf } from './walk-mount.ts';

export interface SqliteFacts {
  readonly path: string;
  readonly outcome: 'passed' | 'failed' | 'impossible';
  readonly detail: string;
}

/** Where copies go, and how much of them there may be at once. */
export interface Scratch {
  readonly folder: string;
  readonly sizeBytes: number;
}

const journals = ['-wal', '-journal'];
/** What SQLite says of damage; all else says something about the machine: no memory, no room, no right to read. */
const damage: ReadonlySet<number> = new Set([11, 26]);

export async function checkSqlite(root: string, path: string, scratch: Scratch | undefined): Promise<SqliteFacts> {
  const told = (outcome: SqliteFacts['outcome'], detail: string): SqliteFacts => ({ path, outcome, detail });
  const [size, ...journalSizes] = await Promise.all(['', ...journals].map((end) => sizeOf(join(root, path + end))));
  if (typeof size !== 'number') {
    return isDenied(size ?? '')
      ? told('impossible', 'only its owner may read it')
      : told('failed', `it cannot be read: ${size ?? ''}`);
  }
  const journalBytes = journalSizes.reduce<number>((sum, one) => sum + (typeof one === 'number' ? one : 0), 0);
  if (journalBytes === 0) return told(...(await integrityOf(readInPlace(join(root, path)), true)));

  // It grows by its journal when it recovers.
  const neededBytes = size + 2 * journalBytes;
  if (scratch === undefined) return told('impossible', 'there is no scratch folder for a copy of it: --scratch');
  if (neededBytes > scratch.sizeBytes) {
    const detail = `its copy would take ${neededBytes} bytes, the scratch folder has ${scratch.sizeBytes}`;
    return told('impossible', detail);
  }
  return inCopy(root, path, scratch.folder, told);
}

async function inCopy(
  root: string,
  path: string,
  scratch: string,
  told: (outcome: SqliteFacts['outcome'], detail: string) => SqliteFacts,
): Promise<SqliteFacts> {
  const folder = await mkdtemp(join(scratch, 'sqlite-'));
  try {
    const copy = join(folder, basename(path));
    for (const end of ['', ...journals]) {
      const trouble = await copyRegular(join(root, path + end), copy + end);
      if (trouble === undefined || (trouble === 'ENOENT' && end !== '')) continue;
      const isOurs = isDenied(trouble) || trouble === 'ENOSPC' || trouble === 'EDQUOT';
      return told(isOurs ? 'impossible' : 'failed', `${basename(path)}${end} cannot be copied: ${trouble}`);
    }
    return told(...(await integrityOf(copy, false)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Bytes of a regular file, or what the system said. */
async function sizeOf(path: string): Promise<number | string> {
  try {
    const stats = await lstat(path);
    return stats.isFile() ? stats.size : 'ENOTFILE';
  } catch (error) {
    return codeOf(error);
  }
}

/** What the system said when it could not. */
async function copyRegular(from: string, to: string): Promise<string | undefined> {
  const size = await sizeOf(from);
  if (typeof size === 'string') return size;
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

/** Nobody writes to it: no lock, and no shared memory beside it. */
function readInPlace(file: string): URL {
  const url = pathToFileURL(file);
  url.searchParams.set('immutable', '1');
  return url;
}

async function integrityOf(file: string | URL, readOnly: boolean): Promise<[SqliteFacts['outcome'], string]> {
  // Loaded when it is asked for: most verifications have no database.
  const { DatabaseSync } = await import('node:sqlite');
  try {
    const database = new DatabaseSync(file, { readOnly });
    try {
      const rows = database.prepare('PRAGMA integrity_check(5)').all();
      const said = rows.map((row) => String(row['integrity_check']));
      return said.length === 1 && said[0] === 'ok' ? ['passed', 'integrity_check: ok'] : ['failed', said.join('; ')];
    } finally {
      database.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
    // The low byte is the kind, the rest of it the detail.
    const isDamaged = damage.has(code & 0xff);
    return [isDamaged ? 'failed' : 'impossible', error instanceof Error ? error.message : 'SQLite cannot open it'];
  }
}

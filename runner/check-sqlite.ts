/** `PRAGMA integrity_check` on a copy: the copy may recover from its write-ahead log, which the read-only claim does not allow. */
import { constants } from 'node:fs';
import { copyFile, lstat, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf } from './walk-mount.ts';

export interface SqliteFacts {
  readonly path: string;
  readonly outcome: 'passed' | 'failed' | 'impossible';
  readonly detail: string;
}

const besideIt = ['-wal', '-journal'];

export async function checkSqlite(root: string, path: string, scratch: string | undefined): Promise<SqliteFacts> {
  const told = (outcome: SqliteFacts['outcome'], detail: string): SqliteFacts => ({ path, outcome, detail });
  if (scratch === undefined) return told('impossible', 'there is no scratch folder for the copy: --scratch');
  const folder = await mkdtemp(join(scratch, 'sqlite-'));
  try {
    const copy = join(folder, basename(path));
    const trouble = await copyRegular(join(root, path), copy);
    if (trouble === 'EACCES' || trouble === 'EPERM') return told('impossible', 'only its owner may read it');
    if (trouble === 'ENOSPC') return told('impossible', 'the scratch folder has no room for the copy');
    if (trouble !== undefined) return told('failed', `it cannot be read: ${trouble}`);
    for (const suffix of besideIt) await copyRegular(join(root, path + suffix), copy + suffix);
    return told(...(await integrityOf(copy)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the system said when it could not. */
async function copyRegular(from: string, to: string): Promise<string | undefined> {
  try {
    if (!(await lstat(from)).isFile()) return 'ENOTFILE';
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

async function integrityOf(file: string): Promise<[SqliteFacts['outcome'], string]> {
  // Loaded when it is asked for: most verifications have no database.
  const { DatabaseSync } = await import('node:sqlite');
  try {
    const database = new DatabaseSync(file);
    try {
      const rows = database.prepare('PRAGMA integrity_check(5)').all();
      const said = rows.map((row) => String(row['integrity_check']));
      return said.length === 1 && said[0] === 'ok' ? ['passed', 'integrity_check: ok'] : ['failed', said.join('; ')];
    } finally {
      database.close();
    }
  } catch (error) {
    return ['failed', error instanceof Error ? error.message : 'SQLite cannot open it'];
  }
}

/** A file that names the process that uses a resource; the lock of a dead process is taken over. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Throws `name_conflict` when a living process holds the lock. The returned function releases it. */
export function takeLock(file: string): () => void {
  if (!tryTake(file)) {
    const owner = Number(readFileSync(file, 'utf8').trim());
    if (owner !== process.pid && isAlive(owner)) throw taken(file, owner);
    rmSync(file, { force: true });
    if (!tryTake(file)) throw taken(file, owner);
  }
  return () => rmSync(file, { force: true });
}

function tryTake(file: string): boolean {
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw cause;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}

function taken(file: string, owner: number): SoteriaError {
  return new SoteriaError('name_conflict', {
    what: `${file} is taken`,
    why: `the process ${owner} is using the same data`,
    fix: 'stop that process, or give this one its own data directory',
  });
}

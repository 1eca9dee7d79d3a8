/**
 * Builds a backup's tree in a folder, block by block. It continues where a kill has interrupted it: a file of the right size and time is
 * whole, because its time is set last.
 */
import { chmod, lstat, mkdir, open, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TransferProgress } from '../transfers.ts';
import { isAbsence } from './manifest.ts';
import { type BackedUpEntry, readBackup } from './read-backup.ts';

export interface RestoreSource {
  readonly targetFolder: string;
  readonly volume: string;
  readonly backup: string;
}

export interface RestoreResult {
  readonly files: number;
  readonly bytes: number;
}

/** The error of a restore that is dropped. */
export const noRestore: RestoreResult = { files: 0, bytes: 0 };

type EntryOf<Type extends BackedUpEntry['type']> = Extract<BackedUpEntry, { type: Type }>;

/** Throws when the backup does not exist, or when one of its blocks is missing or damaged. */
export async function* restore(source: RestoreSource, folder: string): AsyncGenerator<TransferProgress, RestoreResult> {
  const entries = await Array.fromAsync(readBackup(source.targetFolder, source.volume, source.backup));
  const files = entries.filter((entry) => entry.type === 'file');
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  await mkdir(folder, { recursive: true });
  for (const entry of entries) {
    if (entry.type === 'folder') await mkdir(join(folder, entry.path), { recursive: true });
  }
  for (const file of files) {
    const path = join(folder, file.path);
    if (await isWhole(path, file)) doneBytes += file.sizeBytes;
    else {
      for await (const bytes of writeFile(path, file)) {
        doneBytes += bytes;
        yield { doneBytes, totalBytes };
      }
    }
  }
  await makeLinks(folder, entries);
  await settleFolders(folder, entries);
  return { files: files.length, bytes: totalBytes };
}

/** The whole restore at once. */
export async function restoreToFolder(
  targetFolder: string,
  volume: string,
  backup: string,
  folder: string,
): Promise<RestoreResult> {
  const running = restore({ targetFolder, volume, backup }, folder);
  for (;;) {
    const step = await running.next();
    if (step.done === true) return step.value;
  }
}

async function* writeFile(path: string, file: EntryOf<'file'>): AsyncGenerator<number> {
  await rm(path, { force: true });
  await mkdir(dirname(path), { recursive: true });
  await using handle = await open(path, 'wx', 0o600);
  for await (const block of file.content()) {
    await handle.writeFile(block);
    yield block.byteLength;
  }
  await handle.chmod(file.mode);
  await handle.utimes(file.modifiedAtMs / 1000, file.modifiedAtMs / 1000);
}

/** Times go through seconds in floating point, which moves them by less than a microsecond. */
async function isWhole(path: string, { sizeBytes, modifiedAtMs }: EntryOf<'file'>): Promise<boolean> {
  const found = await lstatIfThere(path);
  return found?.isFile() === true && found.size === sizeBytes && Math.abs(found.mtimeMs - modifiedAtMs) < 0.01;
}

/** After the files, so that nothing is ever written through a link of the backup. */
async function makeLinks(folder: string, entries: readonly BackedUpEntry[]): Promise<void> {
  for (const link of entries) {
    if (link.type !== 'link') continue;
    const path = join(folder, link.path);
    await mkdir(dirname(path), { recursive: true });
    if ((await lstatIfThere(path)) === undefined) await symlink(link.linkTarget, path);
  }
}

/** Innermost first: a read-only folder takes no more entries, and each entry made changes its folder's time. */
async function settleFolders(folder: string, entries: readonly BackedUpEntry[]): Promise<void> {
  for (const entry of entries.toReversed()) {
    if (entry.type !== 'folder') continue;
    const path = join(folder, entry.path);
    await utimes(path, entry.modifiedAtMs / 1000, entry.modifiedAtMs / 1000);
    await chmod(path, entry.mode);
  }
}

async function lstatIfThere(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

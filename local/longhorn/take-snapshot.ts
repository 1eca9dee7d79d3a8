/** Copies a volume's folder at one instant. */
import { cp, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { isAbsence } from './store/manifest.ts';
import { sizeOfTree } from './store/walk-tree.ts';

const snapshotRecord = z.object({ createdAt: z.string(), sizeBytes: z.int() });
export type SnapshotRecord = z.infer<typeof snapshotRecord>;

export function snapshotData(snapshotFolder: string): string {
  return join(snapshotFolder, 'data');
}

/** `undefined` when the snapshot has not been taken. */
export async function readSnapshotRecord(snapshotFolder: string): Promise<SnapshotRecord | undefined> {
  try {
    return snapshotRecord.parse(JSON.parse(await readFile(join(snapshotFolder, 'snapshot.json'), 'utf8')));
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Taking a snapshot twice changes nothing: the first instant stays. */
export async function takeSnapshot(volumeFolder: string, snapshotFolder: string, at: string): Promise<SnapshotRecord> {
  const before = await readSnapshotRecord(snapshotFolder);
  if (before !== undefined) return before;
  const unfinished = join(dirname(snapshotFolder), `.unfinished-${z.string().parse(snapshotFolder.split('/').at(-1))}`);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  await cp(volumeFolder, snapshotData(unfinished), {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
    filter: isKept,
  });
  const record: SnapshotRecord = { createdAt: at, sizeBytes: await sizeOfTree(snapshotData(unfinished)) };
  await writeFile(join(unfinished, 'snapshot.json'), JSON.stringify(record));
  await rename(unfinished, snapshotFolder);
  return record;
}

/** Leaves out sockets, pipes and devices: they hold no data. */
async function isKept(path: string): Promise<boolean> {
  const stats = await lstat(path);
  return stats.isFile() || stats.isDirectory() || stats.isSymbolicLink();
}

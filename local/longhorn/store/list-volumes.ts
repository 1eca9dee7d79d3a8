import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { volumesFolder } from './layout.ts';
import { isAbsence } from './manifest.ts';

/** Names of all volumes the target holds backups of. */
export async function listVolumes(targetFolder: string): Promise<string[]> {
  const found: string[] = [];
  const root = volumesFolder(targetFolder);
  for (const first of await namesIn(root)) {
    for (const second of await namesIn(join(root, first))) found.push(...(await namesIn(join(root, first, second))));
  }
  return found.toSorted();
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder, { withFileTypes: true }))
      .filter((each) => each.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    if (isAbsence(error)) return [];
    throw error;
  }
}

import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Ends the name of every file that is being written; code that lists a folder skips such names. */
export const unfinishedSuffix = '.unfinished';

/** The file gets its name with its whole content or not at all: a kill at any moment leaves no broken file. */
export async function writeWholeFile(file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const unfinished = join(dirname(file), `.${basename(file)}${unfinishedSuffix}`);
  try {
    await writeFile(unfinished, content, { flush: true });
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/**
 * Loaded before the program of a child process (`node --import`): it ends when its parent does, however that ended. Standard input is
 * a pipe without a writer; the kernel closes it when the parent is gone, also by SIGKILL. When a child leads its own
 * group, the whole group ends.
 */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

/** Arguments of Node; put them before the program's arguments. The child's standard input must be a pipe. */
export const endWithParent = ['--import', pathToFileURL(join(import.meta.dirname, 'end-with-parent-hook.ts')).href];

/**
 * Loaded before the program of a child process (`node --import`): it ends when its parent does, however that ended. Standard input is
 * a pipe that nobody writes to; the kernel closes it when the parent is gone, also by SIGKILL. Of a child that leads a group of its
 * own, the whole group ends.
 */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

/** Arguments of Node, to stand before the program's; its standard input must be a pipe. */
export const endWithParent = ['--import', pathToFileURL(join(import.meta.dirname, 'end-with-parent-hook.ts')).href];

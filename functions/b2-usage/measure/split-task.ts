/** When a listing is long, which of its folders are worth listing side by side. Pure. */
import type { Task } from '../record/progress.ts';

/** More open stretches than this make the record of the progress too large. */
const maxTasks = 1024;

/** Folders that fan out by design: Longhorn's volumes and restic's packs lie in 256 folders each. */
const fanOut = /(^|\/)(backupstore|volumes|data)\/$/;

/** Asked for a stretch whose first page was not its last. */
export function isWorthSplitting(task: Task, openTasks: number): boolean {
  return task.cursor === undefined && openTasks < maxTasks && (task.depth === 0 || fanOut.test(task.prefix));
}

/** One stretch for each folder; undefined when it is better listed in one go. */
export function splitTask(task: Task, folders: readonly string[], openTasks: number): Task[] | undefined {
  if (folders.length === 0 || folders.length + openTasks > maxTasks) return undefined;
  return folders.map((prefix) => ({ bucket: task.bucket, prefix, depth: task.depth + 1 }));
}

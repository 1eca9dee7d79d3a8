/** Decides which folders of a long listing are listed in parallel. Pure. */
import type { Task } from '../record/progress.ts';

/** The record of the progress would be too large with more open stretches than this. */
const maxTasks = 1024;

/** Folders that fan out by design: Longhorn's volumes and restic's packs lie in 256 folders each. */
const fanOut = /(^|\/)(backupstore|volumes|data)\/$/;

/** Called for a stretch whose first page was not its last. */
export function isWorthSplitting(task: Task, openTasks: number): boolean {
  return task.cursor === undefined && openTasks < maxTasks && (task.depth === 0 || fanOut.test(task.prefix));
}

/** One stretch for each folder; undefined when one listing is better. */
export function splitTask(task: Task, folders: readonly string[], openTasks: number): Task[] | undefined {
  if (folders.length === 0 || folders.length + openTasks > maxTasks) return undefined;
  return folders.map((prefix) => ({ bucket: task.bucket, prefix, depth: task.depth + 1 }));
}

/** Works through the open stretches of a measurement, several at a time, until none is left or the time is up. */
import { reasonOf } from '../bucket/bucket-errors.ts';
import type { BucketSource } from '../bucket/port.ts';
import type { MeasuredBucket } from '../tally/measured-bucket.ts';
import type { Progress, Task } from '../record/progress.ts';
import { type ReadPage, readPage } from './read-page.ts';
import { isWorthSplitting, splitTask } from './split-task.ts';
import { addTally } from '../tally/tally.ts';

export interface ListOptions {
  readonly source: BucketSource;
  /** Changed in place. It is consistent between any two pages, so it can be stored at any time. */
  readonly progress: Progress;
  readonly parallel: number;
  /** Called before every page. */
  readonly isTimeUp: () => boolean;
  /** After every page. */
  readonly onPage: () => void;
  readonly signal: AbortSignal;
}

/** Throws the first refusal, after the running pages have ended; `progress` holds everything that was read until then. */
export async function listTasks(options: ListOptions): Promise<void> {
  const { progress, parallel } = options;
  const taken = new Set<Task>();
  const failures: unknown[] = [];

  async function worker(): Promise<void> {
    while (failures.length === 0 && !options.isTimeUp()) {
      const task = progress.tasks.find((one) => !taken.has(one));
      if (task === undefined) return;
      taken.add(task);
      try {
        await workOn(options, task);
      } catch (error) {
        failures.push(error);
      }
      taken.delete(task);
    }
  }

  // A stretch that is split makes work for the workers that found none.
  while (progress.tasks.length > 0 && failures.length === 0 && !options.isTimeUp()) {
    await Promise.all(Array.from({ length: parallel }, worker));
  }
  if (failures.length > 0) throw failures[0];
}

async function workOn(options: ListOptions, task: Task): Promise<void> {
  const { source, progress, signal } = options;
  const bucket = progress.buckets?.find(({ name }) => name === task.bucket);
  if (bucket === undefined) return close(progress, task, []);
  const asOfMs = Date.parse(progress.startedAt);
  do {
    const { prefix, cursor } = task;
    const request = { bucket: bucket.name, prefix, isFolderOnly: false, cursor };
    let page: ReadPage;
    try {
      page = await readPage(source, request, task.last, asOfMs, signal);
      if (page.nextCursor !== undefined && isWorthSplitting(task, progress.tasks.length)) {
        const top = await readPage(source, { ...request, isFolderOnly: true }, undefined, asOfMs, signal);
        const parts = top.nextCursor === undefined ? splitTask(task, top.folders, progress.tasks.length) : undefined;
        if (parts !== undefined) {
          addTally(bucket.tally, top.tally);
          close(progress, task, parts);
          return options.onPage();
        }
      }
    } catch (error) {
      if (!isOnePrefixForbidden(error, task, bucket)) throw error;
      bucket.unreadable.push(prefix);
      close(progress, task, []);
      return options.onPage();
    }
    addTally(bucket.tally, page.tally);
    if (page.nextCursor === undefined) close(progress, task, []);
    else Object.assign(task, { cursor: page.nextCursor, last: page.last });
    options.onPage();
  } while (task.cursor !== undefined && progress.tasks.includes(task) && !options.isTimeUp());
}

function close(progress: Progress, task: Task, parts: readonly Task[]): void {
  progress.stretches += parts.length;
  progress.tasks.splice(progress.tasks.indexOf(task), 1, ...parts);
}

/** True: only this prefix is forbidden, and the rest of the bucket is still measured. */
function isOnePrefixForbidden(error: unknown, task: Task, bucket: MeasuredBucket): boolean {
  return reasonOf(error) === 'forbidden' && task.prefix !== bucket.prefix;
}

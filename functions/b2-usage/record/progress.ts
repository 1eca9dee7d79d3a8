/** A running measurement as it is stored between steps: everything that a process needs to continue where another process stopped. */
import * as z from 'zod';
import { measuredBucket } from '../tally/measured-bucket.ts';

/** A stretch of the listing. */
const task = z.object({
  bucket: z.string(),
  prefix: z.string(),
  /** How many folders deep below the bucket's own prefix. */
  depth: z.number(),
  /** Undefined: the stretch has not begun. */
  cursor: z.string().optional(),
  /** The last version that was read: it may hide the next version. */
  last: z.object({ key: z.string(), atMs: z.number() }).optional(),
});
export type Task = z.infer<typeof task>;

/** Why the measurement cannot continue, in words for the operator. */
export const troubleShape = z.object({
  reason: z.string(),
  what: z.string(),
  why: z.string(),
  fix: z.string(),
  /** True: a retry changes nothing. */
  isFinal: z.boolean(),
});
export type Trouble = z.infer<typeof troubleShape>;

const listingJob = z.object({
  name: z.string(),
  /** The Job was seen at work: if it is missing now, it was deleted, and does not still have to be created. */
  hasStarted: z.boolean(),
});

export const progressShape = z.object({
  version: z.literal(1),
  id: z.string(),
  startedAt: z.string(),
  /** The sender of the request. */
  by: z.string(),
  /** The settings of the store that is listed: a position in the listing of one store means nothing in another. */
  store: z.string().default(''),
  /** Counts steps; an event that asks for an earlier one is a repeat. */
  step: z.number(),
  /** Until this instant a process works on it, and other processes stay away. */
  leaseUntil: z.string().optional(),
  calls: z.number(),
  /** Milliseconds at work so far. */
  busyMs: z.number().default(0),
  /** How many stretches there have been, including the open stretches. */
  stretches: z.number().default(0),
  /** The Job that has taken over. */
  job: listingJob.optional(),
  /** How many Jobs were requested; part of the next Job's name. */
  jobs: z.number().default(0),
  /** False: no Job could be made, so the measurement continues step by step, however long that takes. */
  mayUseJob: z.boolean().default(true),
  /** Why the Job could not continue. */
  trouble: troubleShape.optional(),
  seesVersions: z.boolean(),
  excessRights: z.array(z.string()),
  /** Undefined: the store was not opened yet. */
  buckets: z.array(measuredBucket).optional(),
  tasks: z.array(task),
});
export type Progress = z.infer<typeof progressShape>;

export function newProgress(id: string, startedAt: Date, by: string, store = ''): Progress {
  return {
    version: 1,
    id,
    startedAt: startedAt.toISOString(),
    by,
    store,
    step: 0,
    calls: 0,
    busyMs: 0,
    stretches: 0,
    jobs: 0,
    mayUseJob: true,
    seesVersions: true,
    excessRights: [],
    tasks: [],
  };
}

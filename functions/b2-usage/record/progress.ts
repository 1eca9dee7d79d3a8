/** A measurement under way, as it is stored between steps: all that a process needs to go on where another one stopped. */
import * as z from 'zod';
import { measuredBucket } from '../tally/measured-bucket.ts';

/** A stretch of the listing. */
const task = z.object({
  bucket: z.string(),
  prefix: z.string(),
  /** How many folders deep below the bucket's own prefix. */
  depth: z.number(),
  /** Undefined: not begun. */
  cursor: z.string().optional(),
  /** The last version read: of the next one it may be the successor. */
  last: z.object({ key: z.string(), atMs: z.number() }).optional(),
});
export type Task = z.infer<typeof task>;

/** Why it cannot go on, in words for the operator. */
export const troubleShape = z.object({
  reason: z.string(),
  what: z.string(),
  why: z.string(),
  fix: z.string(),
  /** True: trying again changes nothing. */
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
  /** Who asked. */
  by: z.string(),
  /** The settings of the store that is listed: a position in the listing of one store means nothing in another. */
  store: z.string().default(''),
  /** Counts steps; an event that asks for an earlier one is a repeat. */
  step: z.number(),
  /** Until then a process is at it; others stay away. */
  leaseUntil: z.string().optional(),
  calls: z.number(),
  /** Milliseconds at work so far. */
  busyMs: z.number().default(0),
  /** Stretches there were so far, the open ones too. */
  stretches: z.number().default(0),
  /** The Job that has taken over. */
  job: listingJob.optional(),
  /** Jobs that were asked for; the next one's name. */
  jobs: z.number().default(0),
  /** False: no Job could be made, so that it goes on step by step, however long that takes. */
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

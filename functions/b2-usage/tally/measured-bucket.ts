/** The counts of one bucket, as they are stored between steps and in the record. */
import * as z from 'zod';
import { emptyTally, tallyShape } from './tally.ts';

const traits = z.object({
  isVersioned: z.boolean().optional(),
  hasObjectLock: z.boolean().optional(),
  hasHiddenVersionRule: z.boolean().optional(),
});

export const uploadsShape = z.object({
  count: z.number(),
  bytes: z.number(),
  oldestAtMs: z.number(),
  /** Uploads that are older than the operator's limit. */
  staleCount: z.number(),
  staleBytes: z.number(),
  /** False: there are more than were counted, or they could not be listed. */
  isComplete: z.boolean(),
});
export type Uploads = z.infer<typeof uploadsShape>;

export const measuredBucket = z.object({
  name: z.string(),
  prefix: z.string(),
  traits,
  tally: tallyShape,
  uploads: uploadsShape.optional(),
  /** Prefixes that the key may not list. */
  unreadable: z.array(z.string()),
});
export type MeasuredBucket = z.infer<typeof measuredBucket>;

export function newBucket(name: string, prefix: string, traits: MeasuredBucket['traits']): MeasuredBucket {
  return { name, prefix, traits, tally: emptyTally(), unreadable: [] };
}

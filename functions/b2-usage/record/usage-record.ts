/** The record of measurements: the last good measurement, why a newer measurement failed, the history, and the facts still to be sent. */
import * as z from 'zod';
import { attributionShape } from '../attribute/attribution.ts';
import { measuredBucket } from '../tally/measured-bucket.ts';
import { historyShape } from './history.ts';

export const measurementShape = z.object({
  id: z.string(),
  startedAt: z.string(),
  endedAt: z.string(),
  by: z.string(),
  api: z.enum(['b2', 's3']),
  endpoint: z.string(),
  calls: z.number(),
  /** Milliseconds of work, without the pauses between steps: the next measurement is planned by this. */
  listingMs: z.number().optional(),
  seesVersions: z.boolean(),
  excessRights: z.array(z.string()),
  buckets: z.array(measuredBucket),
  attributions: z.array(attributionShape),
  /** False: attributed without Longhorn, whose objects could not be read. */
  knowsLonghorn: z.boolean(),
});
export type Measurement = z.infer<typeof measurementShape>;

const failureShape = z.object({
  at: z.string(),
  /** When the first of the consecutive failures happened. */
  since: z.string(),
  reason: z.string(),
  what: z.string(),
  why: z.string(),
  fix: z.string(),
});

const pendingFact = z.object({
  id: z.string(),
  type: z.enum(['dev.soteria.usage.measured.v1', 'dev.soteria.usage.threshold.crossed.v1']),
  data: z.record(z.string(), z.unknown()),
});
export type PendingFact = z.infer<typeof pendingFact>;

export const recordShape = z.object({
  version: z.literal(1),
  measurement: measurementShape.optional(),
  failure: failureShape.optional(),
  /** The limits that the last measurement exceeded. */
  crossed: z.array(z.string()),
  pendingFacts: z.array(pendingFact),
  history: historyShape,
});
export type UsageRecord = z.infer<typeof recordShape>;

export function emptyRecord(): UsageRecord {
  return { version: 1, crossed: [], pendingFacts: [], history: { owners: [], samples: [] } };
}

/** Broker and Trigger, as far as the mesh honours them; everything else is refused by name. */
import * as z from 'zod';
import type { Filter } from '../event/match-filters.ts';
import { destination } from './destination.ts';
import { isoDuration } from './duration.ts';

/** `retryAfterMax` is left out on purpose: Knative's webhook refuses it too unless a feature flag is on. */
export const delivery = z.strictObject({
  retry: z.int().min(0).optional(),
  backoffPolicy: z.enum(['exponential', 'linear']).optional(),
  backoffDelay: isoDuration.optional(),
  timeout: isoDuration.refine((ms) => ms > 0, 'a timeout must be longer than nothing').optional(),
  deadLetterSink: destination.optional(),
});
export type DeliverySpec = z.infer<typeof delivery>;

export const brokerSpec = z.strictObject({
  /** Which channel the broker uses: locally there is one, in memory. */
  config: z.looseObject({}).optional(),
  delivery: delivery.optional(),
});
export type BrokerSpec = z.infer<typeof brokerSpec>;

const attributeMap = z
  .record(z.string().regex(/^[a-z][a-z0-9]*$/), z.string())
  .refine((map) => Object.keys(map).length > 0, 'the filter names no attribute');

const filter: z.ZodType<Filter> = z.lazy(() =>
  z.union([
    z.strictObject({ exact: attributeMap }),
    z.strictObject({ prefix: attributeMap }),
    z.strictObject({ all: z.array(filter).min(1) }),
    z.strictObject({ any: z.array(filter).min(1) }),
    z.strictObject({ not: filter }),
  ]),
);

export const triggerSpec = z.strictObject({
  broker: z.string().min(1),
  filters: z.array(filter).optional(),
  subscriber: destination,
  delivery: delivery.optional(),
});
export type TriggerSpec = z.infer<typeof triggerSpec>;

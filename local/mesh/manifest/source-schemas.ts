/** PingSource and ApiServerSource, as far as the mesh honours them; everything else is refused by name. */
import * as z from 'zod';
import { findScheduleFault } from '../sources/next-tick.ts';
import { destination } from './destination.ts';

export const pingSourceSpec = z
  .strictObject({
    schedule: z.string().default('* * * * *'),
    timezone: z.string().optional(),
    contentType: z.string().optional(),
    data: z.string().optional(),
    sink: destination,
  })
  .superRefine((spec, context) => {
    const fault = findScheduleFault(spec.schedule, spec.timezone);
    if (fault !== undefined) context.addIssue({ code: 'custom', path: ['schedule'], message: fault });
    if (spec.data !== undefined && spec.contentType === 'application/json' && !isJsonObject(spec.data)) {
      context.addIssue({ code: 'custom', path: ['data'], message: 'with application/json it must be a JSON object' });
    }
  });
export type PingSourceSpec = z.infer<typeof pingSourceSpec>;

const nothing = z.strictObject({});

export const apiServerSourceSpec = z.strictObject({
  /** Accepted and ignored: the mesh watches with its own rights. */
  serviceAccountName: z.string().optional(),
  mode: z.literal('Reference').default('Reference'),
  resources: z
    .array(
      z.strictObject({
        apiVersion: z.string(),
        kind: z.string(),
        selector: z
          .strictObject({
            matchLabels: z.record(z.string(), z.string()).optional(),
            matchExpressions: z
              .array(
                z.strictObject({
                  key: z.string(),
                  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
                  values: z.array(z.string()).optional(),
                }),
              )
              .optional(),
          })
          .optional(),
      }),
    )
    .min(1),
  /** Only `{}`, every namespace; left out: the source's own. Knative restarts the adapter for any other selector. */
  namespaceSelector: nothing.optional(),
  sink: destination,
});
export type ApiServerSourceSpec = z.infer<typeof apiServerSourceSpec>;

function isJsonObject(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}

/** Query parameters of the console's own routes. */
import * as z from 'zod';
import { claimHealths, claimStates } from './console-answers.ts';
import { name, page } from './queries.ts';

export const inventoryQuery = z.strictObject({
  namespace: name.optional().describe('Of the claims; left out: all that the caller sees.'),
  state: z.enum(claimStates).optional().describe('What the last evaluation decided.'),
  health: z.enum(claimHealths).optional(),
  q: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe('A part of the namespace, the claim, its volume, its policy or its storage class.'),
  limit: z.coerce.number().int().min(1).max(1000).optional().describe('At most so many claims; left out: all.'),
  next: page.next,
});

export const whoAmIQuery = z.strictObject({
  namespace: name.optional().describe('What the caller may do there; left out: in all namespaces.'),
});

export const eventsQuery = z.strictObject({
  namespace: name.optional().describe('Of the Operation; left out: all in which the caller may list Operations.'),
  pvc: name.optional().describe('The claim that the Operation is about.'),
});

/** Members that the bodies of several requests have, and the data of several facts: as HTTP and events write them. */
import * as z from 'zod';
import { dnsLabel, dnsSubdomain, explanation, maxPointId } from './fields.ts';

export const sourceBody = {
  namespace: dnsLabel.describe('Namespace of the source claim; neither it nor the claim need exist any more.'),
  pvc: dnsSubdomain.describe('Name of the source claim.'),
  snapshot: z
    .string()
    .min(1)
    .max(maxPointId)
    .optional()
    .describe('"latest" (default), the id of a restore point, the name of a backup, or the name of a snapshot.'),
  backup_url: z.string().min(1).max(2048).optional().describe('The URL of a backup, instead of snapshot.'),
  as_of: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('The newest point whose data is not younger, instead of snapshot.'),
  cluster_id: z.string().min(1).max(253).optional().describe('Points of that cluster; left out: of this one.'),
};

export const restoreFact = z.looseObject({
  operation: z.string(),
  kind: z.string(),
  namespace: z.string(),
  pvc: z.string(),
  target_namespace: z.string().optional(),
  target_pvc: z.string().optional(),
  volume: z.string().optional(),
  backup: z.string().optional(),
  restore_point: z.string().optional(),
  data_as_of: z.string().optional(),
  restore_ms: z.int().optional(),
  error: explanation.optional(),
});

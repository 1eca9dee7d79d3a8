/** Query parameters and bodies that are HTTP's alone; a body that an event may carry too is in the file of its kind, `operation/kinds/<Kind>.ts`. */
import * as z from 'zod';
import { dnsLabel, maxPointId } from '../operation/kinds/fields.ts';
import { operationKinds } from '../operation/kinds/kinds.ts';
import { phases } from '../operation/record/schema.ts';

export const name = z.string().min(1).max(253);

export const page = {
  limit: z.coerce.number().int().min(1).max(1000).default(500).describe('At most so many items.'),
  next: z.string().max(2048).optional().describe('The member `next` of the page before.'),
};

/** Of a route without parameters. */
export const noQuery = z.strictObject({});

export const restoreKinds = Object.entries(operationKinds)
  .filter(([, kind]) => kind.function === 'restore')
  .map(([kind]) => kind);

export const backupsQuery = z.strictObject({
  namespace: name.optional().describe('Of the claim; left out: all, which needs the right to list them all.'),
  pvc: name.optional().describe('Name of the claim.'),
  ...page,
});

export const operationsQuery = z.strictObject({
  namespace: name.optional().describe('Of the Operation; left out: all, which needs the right to list them all.'),
  pvc: name.optional().describe('The claim that the request names.'),
  phase: z.enum(phases).optional(),
  ...page,
});

export const coverageQuery = z.strictObject({
  namespace: name.optional().describe('Of the claims; left out: all, which needs the right to list them all.'),
  pvc: name.optional().describe('Name of the claim.'),
  state: z.enum(['due', 'running', 'not_due', 'skipped', 'unprotected']).optional(),
  ...page,
});

export const restoresQuery = z.strictObject({
  namespace: name.optional().describe('Of the Operation, where the new claims are made.'),
  source_namespace: name.optional().describe('Of the source claim.'),
  pvc: name.optional().describe('The source claim, or the new one.'),
  phase: z.enum(phases).optional(),
  kind: z.enum(restoreKinds).optional(),
  ...page,
});

export const usageQuery = z.strictObject({
  namespace: name.optional().describe('Only claims of this one, and nothing about the buckets as a whole.'),
  refresh: z.enum(['true', 'false', '']).optional().describe('true: begins a measurement when the numbers are old.'),
});

/** Which of several Operations of one name; other parameters mean nothing. */
export const oneOperationQuery = z.object({
  namespace: name.optional().describe('Of the Operation; left out: it is looked for in all namespaces.'),
});

export const adoptRequest = z.strictObject({
  cluster_id: name.describe('The id of the other cluster, as GET /v1/backups shows it.'),
  is_gone: z.boolean().optional().describe('The caller vouches that the other cluster writes no more.'),
  dry_run: z.boolean().optional().describe('Answer the survey and record nothing.'),
});

const dryRun = z.enum(['true', 'false']).optional().describe('true: everything is checked, and nothing is written.');

export const policiesQuery = z.strictObject({
  format: z
    .enum(['json', 'yaml'])
    .optional()
    .describe('yaml: the policies of the API as a ConfigMap for Git; those of Git are left out.'),
});

export const previewQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('At most so many items in each list.'),
  matched: z.enum(['true', 'false']).optional().describe('Lists only claims that match, or only claims that do not.'),
  matches_next: z.string().max(2048).optional().describe('The member `next` of the list of claims before.'),
  decision: z.enum(['keep', 'delete', 'held_back']).optional().describe('Lists only restore points of this fate.'),
  points_next: z.string().max(2048).optional().describe('The member `next` of the list of restore points before.'),
});

export const dryRunQuery = z.strictObject({ dry_run: dryRun });

export const deletePolicyQuery = z.strictObject({ id: name.describe('The policy to delete.'), dry_run: dryRun });

const pointId = z.string().min(1).max(maxPointId).describe('The id of the restore point, as GET /v1/backups shows it.');

export const pruneRequest = z
  .strictObject({
    namespace: name.optional().describe('Only claims of this one; left out: all claims of the policy.'),
    pvc: name.optional().describe('Only this claim.'),
    confirm: z
      .string()
      .regex(/^[0-9a-f]{24}$/, 'must be the member plan of an earlier answer')
      .optional()
      .describe('The member `plan` of an earlier answer: a yes to the deletion of exactly these points.'),
    dry_run: z.boolean().optional().describe('Answer what would be deleted and kept, and record nothing.'),
  })
  .refine(({ namespace, pvc }) => pvc === undefined || namespace !== undefined, {
    path: ['namespace'],
    error: 'is needed with pvc',
  });
export type PruneRequest = z.infer<typeof pruneRequest>;

export const holdRequest = z.strictObject({
  namespace: name.describe('Namespace of the claim that the point is of.'),
  point: pointId,
  reason: z.string().max(256).optional().describe('Shown to people.'),
});

export const releaseRequest = z.strictObject({
  namespace: name.describe('Namespace of the claim that the point is of.'),
  point: pointId,
});

/** The body of `POST /v1/notify/test`. */
export const notifyTestRequest = z.strictObject({
  channel: dnsLabel.describe('Its name in the Secret soteria-notify.'),
});

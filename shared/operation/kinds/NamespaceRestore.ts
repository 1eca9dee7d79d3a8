/** The restore of every claim of a namespace into another one. */
import * as z from 'zod';
import { sourceBody } from './bodies.ts';
import { count, dnsLabel, dnsSubdomain } from './fields.ts';
import type { KindOfOperation } from './kind.ts';
import { manyWork, pointChoice, problems, source, storageClass } from './shared-members.ts';

const namePart = z
  .string()
  .max(63)
  .regex(/^[-a-z0-9.]*$/, 'must be part of a DNS name: lower-case letters, digits, - and .');

/** The body of `POST /v1/restores/namespace`. */
export const namespaceRestoreRequest = z.strictObject({
  namespace: dnsLabel.describe('The namespace whose claims are restored; it need not exist any more.'),
  target_namespace: dnsLabel.describe('Where the new claims are made.'),
  as_of: sourceBody.as_of,
  cluster_id: sourceBody.cluster_id,
  pvcs: z
    .array(dnsSubdomain)
    .min(1)
    .max(100)
    .optional()
    .describe('Only these claims; left out: every one with points.'),
  name_prefix: namePart.optional().describe('Before the name of every restored claim.'),
  name_suffix: namePart.optional().describe('After the name of every restored claim.'),
  storage_class: dnsSubdomain.optional(),
  dry_run: z.boolean().optional(),
});
export type NamespaceRestoreRequest = z.infer<typeof namespaceRestoreRequest>;

export const NamespaceRestore = {
  verb: 'restore-namespace',
  function: 'restore',
  requires: ['namespace'],
  livesIn: 'any',
  claim: 'own',
  request: {
    namespace: source.namespace,
    asOf: pointChoice.asOf,
    clusterId: pointChoice.clusterId,
    storageClass,
    pvcs: z.array(dnsSubdomain).max(100).optional().describe('Of a namespace, only these claims; left out: all.'),
    namePrefix: z.string().max(63).optional().describe('Before the name of every restored claim.'),
    nameSuffix: z.string().max(63).optional().describe('After the name of every restored claim.'),
  },
  work: {
    ...manyWork,
    /** Claims that an earlier run has restored. */
    presentCount: count,
  },
  result: { claimsRestored: count, claimsFailed: count, claimsWithoutPoint: count, problems },
  wokenBy: [],
  events: {
    'dev.soteria.namespacerestore.requested.v1': {
      meaning:
        'Restore every claim of a namespace into another one. The data is the body of POST /v1/restores/namespace.',
      role: 'request',
      unsigned: 'all',
      data: namespaceRestoreRequest,
    },
  },
} as const satisfies KindOfOperation;

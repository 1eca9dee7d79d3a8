/** The restore of every claim of a namespace into another one. */
import * as z from 'zod';
import { count, dnsSubdomain } from './fields.ts';
import type { KindOfOperation } from './kind.ts';
import { manyWork, pointChoice, problems, source, storageClass } from './shared-members.ts';

export const NamespaceRestore = {
  verb: 'restore-namespace',
  function: 'restore',
  requires: ['namespace'],
  livesIn: 'any',
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
} as const satisfies KindOfOperation;

/** The restore of a restore point into a new claim. */
import * as z from 'zod';
import { accessMode, dnsSubdomain, maxLabels } from './fields.ts';
import type { KindOfOperation } from './kind.ts';
import { backupChoice, pointChoice, restoreResult, restoreWork, size, source, storageClass } from './shared-members.ts';

export const Restore = {
  verb: 'restore',
  function: 'restore',
  requires: ['pvc', 'targetPvc'],
  livesIn: 'any',
  request: {
    ...source,
    driver: backupChoice.driver,
    ...pointChoice,
    targetPvc: dnsSubdomain.optional().describe('Name of the claim to make, in the namespace of the Operation.'),
    storageClass,
    accessModes: z.array(accessMode).max(4).optional().describe('Left out: those the source had.'),
    size,
    labels: z
      .array(
        z
          .string()
          .max(381)
          .regex(/^[^=\s]+=\S*$/, 'must have the form key=value'),
      )
      .max(maxLabels)
      .optional()
      .describe('Further labels of the restored claim, key=value; they win over the source’s.'),
  },
  work: {
    ...restoreWork,
    /** From here on it is neither cancelled nor late: the marks of what is temporary come off. */
    isPermanent: z.boolean().optional(),
  },
  result: restoreResult,
} as const satisfies KindOfOperation;

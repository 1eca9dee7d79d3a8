/** The restore of a restore point into a new claim. */
import * as z from 'zod';
import { restoreFact, sourceBody } from './bodies.ts';
import { accessMode, dnsLabel, dnsSubdomain, labelKey, labelValue, maxLabels, storageQuantity } from './fields.ts';
import type { KindOfOperation } from './kind.ts';
import { backupChoice, pointChoice, restoreResult, restoreWork, size, source, storageClass } from './shared-members.ts';

const labelMap = z
  .record(labelKey, labelValue)
  .refine((labels) => Object.keys(labels).length <= maxLabels, `must have at most ${maxLabels} members`)
  .refine(
    (labels) => !Object.keys(labels).some((key) => key.startsWith('soteria.dev/')),
    'must have no key that starts with soteria.dev/: those are written by Soteria',
  );

const accessModes = z
  .array(accessMode)
  .min(1)
  .max(4)
  .refine((modes) => !modes.includes('ReadWriteOncePod') || modes.length === 1, 'ReadWriteOncePod goes with no other');

/** The body of `POST /v1/restores` and the data of `dev.soteria.restore.requested.v1`. */
export const restoreRequest = z.strictObject({
  ...sourceBody,
  target_namespace: dnsLabel.optional().describe('Where the new claim is made; left out: namespace.'),
  target_pvc: dnsSubdomain.describe('Name of the claim to make; one that exists is never touched.'),
  storage_class: dnsSubdomain.optional().describe('Left out: that of the source.'),
  access_modes: accessModes.optional().describe('Left out: those of the source.'),
  size: storageQuantity.optional().describe('At least what the point holds; left out: exactly that.'),
  labels: labelMap.optional().describe('Further labels of the new claim; they win over those of the source.'),
  dry_run: z.boolean().optional().describe('Answer the plan and create nothing.'),
});
export type RestoreRequest = z.infer<typeof restoreRequest>;

export const Restore = {
  verb: 'restore',
  function: 'restore',
  requires: ['pvc', 'targetPvc'],
  livesIn: 'any',
  claim: 'target',
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
  wokenBy: [{ kind: 'Operation', change: 'delete' }, { kind: 'Volume' }],
  events: {
    'dev.soteria.restore.requested.v1': {
      meaning: 'Restore a restore point into a new claim. The data is the body of POST /v1/restores.',
      role: 'request',
      unsigned: 'all',
      data: restoreRequest,
    },
    'dev.soteria.restore.started.v1': {
      meaning: 'A restore has begun: its volume is intended.',
      role: 'fact',
      unsigned: 'never',
      data: restoreFact,
    },
    'dev.soteria.restore.completed.v1': {
      meaning: 'A restored claim is bound and may be used.',
      role: 'fact',
      unsigned: 'never',
      data: restoreFact,
    },
    'dev.soteria.restore.failed.v1': {
      meaning:
        'A restore has failed or was cancelled, and what it had made is removed; the data says what, why and how to fix it.',
      role: 'fact',
      unsigned: 'always',
      data: restoreFact,
    },
    'dev.soteria.restore.skipped.v1': {
      meaning: 'A well-formed request for a restore was refused.',
      role: 'fact',
      unsigned: 'never',
      data: restoreFact,
    },
  },
} as const satisfies KindOfOperation;

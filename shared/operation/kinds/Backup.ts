/** The backup of a claim. */
import * as z from 'zod';
import { bytes, instant } from './fields.ts';
import type { KindOfOperation } from './kind.ts';
import { attempt, backupChoice, pointResult, source, volumeWork } from './shared-members.ts';

export const Backup = {
  verb: 'backup',
  function: 'backup',
  requires: ['pvc'],
  livesIn: 'source',
  request: { ...source, ...backupChoice },
  work: {
    attempt,
    ...volumeWork,
    snapshot: z.string().max(63).optional(),
    snapshotMade: z.boolean().optional(),
    backupMade: z.boolean().optional(),
    /** When a made backup was first missed: it counts as gone only after Longhorn has read the backups of its volume again. */
    vanishedAt: instant.optional(),
    /** The attempt has failed; the next begins then. */
    retryAt: instant.optional(),
    /** Since then: when Longhorn has read the backups of the volume on the target, each time anew. By Longhorn's clock, not by ours. */
    readings: z.array(z.string().max(64)).max(3).optional(),
  },
  result: {
    ...pointResult,
    reused: z.boolean().optional().describe('True: an existing restore point satisfied maxAge, nothing was made.'),
    uploadedBytes: bytes.optional(),
    url: z.string().max(2048).optional(),
  },
} as const satisfies KindOfOperation;

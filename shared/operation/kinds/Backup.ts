/** The backup of a claim. */
import * as z from 'zod';
import { policyDrivers, requestDrivers } from './drivers.ts';
import { bytes, dnsLabel, dnsSubdomain, durationText, explanation, instant, tag } from './fields.ts';
import type { KindOfOperation } from './kind.ts';
import { attempt, backupChoice, pointResult, readings, source, volumeWork } from './shared-members.ts';

/** The body of `POST /v1/backup` and the data of `dev.soteria.backup.requested.v1` (SA-07). */
export const backupRequest = z.strictObject({
  namespace: dnsLabel.describe('Namespace of the claim.'),
  pvc: dnsSubdomain.describe('Name of the claim.'),
  tags: z.array(tag).max(32).optional().describe('Free key=value texts kept with the restore point.'),
  driver: z.enum(requestDrivers).optional().describe('Left out: SOTERIA_BACKUP_DRIVER.'),
  mode: z.enum(['incremental', 'full']).optional().describe('Left out: SOTERIA_LONGHORN_BACKUP_MODE.'),
  max_age: z
    .union([durationText, z.int().min(0)])
    .optional()
    .describe('Accept an existing restore point not older than this many seconds, or than 15m, 24h, 7d.'),
  dry_run: z.boolean().optional().describe('Answer the plan and create nothing.'),
});
export type BackupRequest = z.infer<typeof backupRequest>;

export const backupFact = z.looseObject({
  operation: z.string(),
  namespace: z.string(),
  pvc: z.string(),
  driver: z.string(),
  volume: z.string().optional(),
  backup: z.string().optional(),
  restore_point: z.string().optional(),
  reused: z.boolean().optional(),
  data_as_of: z.string().optional(),
  size_bytes: z.string().optional(),
  uploaded_bytes: z.string().optional(),
  error: explanation.optional(),
});

export const Backup = {
  verb: 'backup',
  function: 'backup',
  requires: ['pvc'],
  livesIn: 'source',
  claim: 'own',
  request: { ...source, ...backupChoice },
  work: {
    attempt,
    ...volumeWork,
    /** The driver that has begun it: it goes on with it, also when SOTERIA_BACKUP_DRIVER changes. */
    driver: z.enum(policyDrivers).optional(),
    snapshot: z.string().max(63).optional(),
    snapshotMade: z.boolean().optional(),
    backupMade: z.boolean().optional(),
    /** When a made backup was first missed: it counts as gone only after Longhorn has read the backups of its volume again. */
    vanishedAt: instant.optional(),
    /** The attempt has failed; the next begins then. */
    retryAt: instant.optional(),
    /** Since then. */
    readings,
  },
  result: {
    ...pointResult,
    reused: z.boolean().optional().describe('True: an existing restore point satisfied maxAge, nothing was made.'),
    uploadedBytes: bytes.optional(),
    url: z.string().max(2048).optional(),
  },
  wokenBy: [{ kind: 'Snapshot' }, { kind: 'Backup' }],
  events: {
    'dev.soteria.backup.requested.v1': {
      meaning: 'Back up a claim. The data is the body of POST /v1/backup.',
      role: 'request',
      unsigned: 'backup',
      data: backupRequest,
    },
    'dev.soteria.backup.started.v1': {
      meaning: 'A backup has begun: its snapshot is intended.',
      role: 'fact',
      unsigned: 'never',
      data: backupFact,
    },
    'dev.soteria.backup.completed.v1': {
      meaning: 'A restorable backup exists on the target.',
      role: 'fact',
      unsigned: 'never',
      data: backupFact,
    },
    'dev.soteria.backup.failed.v1': {
      meaning: 'A backup has failed or was cancelled; the data says what, why and how to fix it.',
      role: 'fact',
      unsigned: 'always',
      data: backupFact,
    },
    'dev.soteria.backup.skipped.v1': {
      meaning: 'A well-formed request was refused, or nothing had to be made.',
      role: 'fact',
      unsigned: 'never',
      data: backupFact,
    },
  },
} as const satisfies KindOfOperation;

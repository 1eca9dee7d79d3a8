/** Answers to requests for work. The dry run and the request itself answer with one schema, so that their members can be compared. */
import * as z from 'zod';
import {
  requestOfClaim,
  blockedBy,
  byteCount,
  instantText,
  isPausedNow,
  notices,
  presentClaim,
  recordedState,
  repeated,
  type Answered,
} from './parts.ts';

export const backupAnswer = z.strictObject({
  ...requestOfClaim,
  ...recordedState,
  reused: z.boolean().describe('True: an existing restore point satisfies max_age, and nothing was made.'),
  joined: z.boolean().describe('True: an Operation that had not begun yet answers this request too.'),
  repeated,
  backup_target: z.string().nullable(),
  snapshot: z.string().nullable(),
  mode: z.enum(['incremental', 'full']),
  estimated_bytes: byteCount.nullable().describe('At most so many bytes are read; null: the volume is not known.'),
  blocked_by: blockedBy,
  longhorn: z
    .strictObject({ isReachable: z.boolean(), why: z.string().optional() })
    .nullable()
    .describe('Of a dry run: whether the REST address of Longhorn answers.'),
  ...isPausedNow,
});
export type BackupAnswer = Answered<z.infer<typeof backupAnswer>>;

export const namespaceBackupAnswer = z.strictObject({
  namespace: z.string(),
  requested_by: z.string(),
  dry_run: z.boolean(),
  operation: z.string().nullable(),
  job_name: z.string().nullable(),
  ...recordedState,
  result: z.record(z.string(), z.unknown()).nullable(),
  repeated,
  claims: z.array(z.string()).nullable().describe('Of a dry run: the claims that would be backed up.'),
  skipped: z
    .array(z.strictObject({ pvc: z.string(), why: z.string() }))
    .nullable()
    .describe('Of a dry run: the claims that would be left out, each with the reason.'),
  blocked_by: blockedBy,
  ...isPausedNow,
});
export type NamespaceBackupAnswer = Answered<z.infer<typeof namespaceBackupAnswer>>;

const plannedClaim = z
  .strictObject({
    storage_class: z.string(),
    access_modes: z.array(z.string()),
    volume_mode: z.string(),
    fs_type: z.string(),
    size_bytes: byteCount,
    grown_to: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    encrypted: z.boolean(),
    shape_recorded: z
      .boolean()
      .describe('False: the point holds no record of its claim; defaults of Longhorn stand in.'),
  })
  .describe('The claim as it is made: the shape of the source, and what the request asks for.');
export type PlannedClaim = Answered<z.infer<typeof plannedClaim>>;

export const restoreAnswer = z.strictObject({
  ...requestOfClaim,
  target_namespace: z.string(),
  target_pvc: z.string(),
  ...recordedState,
  repeated,
  claim: plannedClaim.nullable().describe('Null where the point was not looked at.'),
  source_claim: presentClaim,
  notices,
  blocked_by: blockedBy,
  reads_target: z.string().nullable().describe('The backup target that Longhorn reads first, to find that URL.'),
  restores_image: z.string().nullable().describe('The backing image that Longhorn restores first.'),
  verifiers: z.array(z.string()).optional().describe('Of a restore test: what it looks at beyond the mount.'),
  warning: z.string().optional().describe('Why the point, or the verdict, is not to be relied on.'),
  ...isPausedNow,
});
export type RestoreAnswer = Answered<z.infer<typeof restoreAnswer>>;

export const namespaceRestoreAnswer = z.strictObject({
  namespace: z.string(),
  target_namespace: z.string(),
  requested_by: z.string(),
  dry_run: z.boolean(),
  operation: z.string().nullable(),
  job_name: z.string().nullable(),
  ...recordedState,
  repeated,
  claims: z
    .array(
      z.strictObject({
        pvc: z.string(),
        target_pvc: z.string(),
        restore_point: z.string(),
        data_as_of: instantText.nullable(),
        already_restored: z.boolean(),
        blocked_by: z.literal('target_exists').nullable(),
      }),
    )
    .nullable()
    .describe('What is restored; null of a repeated request.'),
  without_point: z
    .array(z.strictObject({ pvc: z.string(), why: z.string() }))
    .nullable()
    .describe('Claims without a restore point at or before that instant; null of a repeated request.'),
  blocked_by: blockedBy,
  ...isPausedNow,
});
export type NamespaceRestoreAnswer = Answered<z.infer<typeof namespaceRestoreAnswer>>;

export const selfTestAnswer = z.strictObject({
  namespace: z.string(),
  requested_by: z.string(),
  dry_run: z.boolean(),
  operation: z.string().nullable(),
  job_name: z.string().nullable(),
  ...recordedState,
  repeated,
  storage_class: z.string(),
  size: z.string(),
  bytes: byteCount.describe('So many are written and compared.'),
  steps: z.array(z.string()),
  blocked_by: blockedBy,
  ...isPausedNow,
});
export type SelfTestAnswer = Answered<z.infer<typeof selfTestAnswer>>;

export const adoptAnswer = z.strictObject({
  cluster_id: z.string(),
  this_cluster: z.string(),
  dry_run: z.boolean(),
  points: z.int(),
  restorable: z.int(),
  claims: z.int(),
  namespaces: z.array(z.string()),
  size_bytes: byteCount,
  uploaded_bytes: byteCount,
  oldest: instantText.nullable(),
  newest: instantText.nullable(),
  targets: z.array(z.string()),
  written_by: z.array(z.string()),
  already_adopted: z.boolean(),
  adopted_by: z.string().nullable(),
  adopted_at: instantText.nullable(),
  blocked_by: blockedBy,
  ...isPausedNow,
});
export type AdoptAnswer = Answered<z.infer<typeof adoptAnswer>>;

/**
 * Every event the product takes or sends, once: its type, what it means, the schema of its data and who may send it unsigned.
 * EventType manifests and JSON Schemas are generated from here.
 */
import * as z from 'zod';
import {
  accessMode,
  dnsLabel,
  dnsSubdomain,
  durationText,
  labelKey,
  labelValue,
  maxLabels,
  maxPointId,
  storageQuantity,
  tag,
} from '../operation/kinds/fields.ts';
import { explanation } from '../operation/record/schema.ts';
import { verification } from '../operation/kinds/RestoreTest.ts';

/** The body of `POST /v1/backup` and the data of `dev.soteria.backup.requested.v1` (SA-07). */
export const backupRequest = z.strictObject({
  namespace: dnsLabel.describe('Namespace of the claim.'),
  pvc: dnsSubdomain.describe('Name of the claim.'),
  tags: z.array(tag).max(32).optional().describe('Free key=value texts kept with the restore point.'),
  driver: z.enum(['longhorn', 'restic']).optional().describe('Left out: SOTERIA_BACKUP_DRIVER.'),
  mode: z.enum(['incremental', 'full']).optional().describe('Left out: SOTERIA_LONGHORN_BACKUP_MODE.'),
  max_age: z
    .union([durationText, z.int().min(0)])
    .optional()
    .describe('Accept an existing restore point not older than this many seconds, or than 15m, 24h, 7d.'),
  dry_run: z.boolean().optional().describe('Answer the plan and create nothing.'),
});
export type BackupRequest = z.infer<typeof backupRequest>;

/** The body of `POST /v1/backup/namespace` and the data of `dev.soteria.namespacebackup.requested.v1`: every claim of a namespace. */
export const namespaceBackupRequest = backupRequest
  .omit({ pvc: true })
  .extend({ namespace: dnsLabel.describe('The namespace whose claims are backed up.') });
export type NamespaceBackupRequest = z.infer<typeof namespaceBackupRequest>;

const verifyBody = z
  .strictObject({
    mounts: z.literal(true).optional().describe('Always looked at: the file system can be mounted and read.'),
    files: z
      .strictObject({
        min: verification.shape.minFiles,
        min_bytes: verification.shape.minBytes,
        sample_checksums: verification.shape.sampleChecksums,
        manifest: verification.shape.manifest,
        max_drop_percent: verification.shape.maxDropPercent,
      })
      .optional(),
    database: verification.shape.database,
    database_files: verification.shape.databaseFiles,
    command: verification.shape.command,
  })
  .refine(({ database, database_files: files }) => files === undefined || database !== undefined, {
    path: ['database_files'],
    message: 'needs database: sqlite, which says what kind they are',
  });

const sourceBody = {
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

/** The body of `POST /v1/restore-test`: with `target_pvc` a restore, without it a test that removes what it made. */
export const restoreTestRequest = restoreRequest.extend({
  target_pvc: restoreRequest.shape.target_pvc.optional(),
  test_namespace: dnsLabel
    .optional()
    .describe('Where the claim of a test and its Jobs are made; left out: soteria-proof.'),
  verify: verifyBody.optional().describe('What a test looks at.'),
});
export type RestoreTestRequest = z.infer<typeof restoreTestRequest>;

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

/** The body of `POST /v1/selftest` and the data of `dev.soteria.selftest.requested.v1`. */
export const selfTestRequest = z.strictObject({
  storage_class: dnsSubdomain.optional().describe('Of the claim that is made; left out: longhorn.'),
  size: storageQuantity.optional().describe('Of the claim that is made; left out: 64Mi.'),
  dry_run: z.boolean().optional().describe('Answer the plan and create nothing.'),
});
export type SelfTestRequest = z.infer<typeof selfTestRequest>;

export const selfTestFact = z.looseObject({
  operation: z.string(),
  storage_class: z.string(),
  longhorn_version: z.string().optional(),
  total_ms: z.int().optional(),
  error: explanation.optional(),
});

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

/** The measured times are in milliseconds; `total_ms`, from the start to the verdict, is the time a recovery takes. */
export const restoreTestFact = restoreFact.extend({
  outcome: z.enum(['verified', 'refuted', 'inconclusive']).optional(),
  why: z.string().optional(),
  strength: z.string().optional(),
  weaker: z.array(z.string()).optional(),
  files: z.int().optional(),
  bytes: z.string().optional(),
  verify_ms: z.int().optional(),
  total_ms: z.int().optional(),
});

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

/** The sweep asks a function to look at one operation; the extension `name` says which, `namespace` where. */
export const operationDue = z.looseObject({ namespace: z.string(), name: z.string(), kind: z.string() });

/** Nothing to say: what is left over is found by its marks. The extension `function` says who is to look. */
export const leftoversDue = z.looseObject({});

/** What an ApiServerSource in Reference mode sends. */
export const objectReference = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().default(''),
  name: z.string(),
});

/** `POST /v1/b2/measure` by an event; there is nothing to say. */
export const usageRequest = z.strictObject({});

/** A measurement that is not at its end: which, and the step that is next. */
export const usageDue = z.looseObject({ measurement: z.string(), step: z.int().min(0) });

export const usageMeasured = z.looseObject({
  measurement: z.string(),
  measured_at: z.string(),
  api: z.string(),
  calls: z.number(),
  stored_bytes: z.number(),
  current_bytes: z.number(),
  hidden_bytes: z.number(),
  unfinished_bytes: z.number(),
  objects: z.number(),
});

export const usageThreshold = z.looseObject({
  measurement: z.string(),
  limit: z.enum(['bytes', 'monthly_cost']),
  direction: z.enum(['above', 'below']),
  value: z.number(),
  allowed: z.number(),
});

export const policyChanged = z.looseObject({
  policy: z.string(),
  change: z.enum(['created', 'replaced', 'deleted']),
  requested_by: z.string(),
});

/** `since`: when the miss began; with the claim it is the identity of the miss. */
export const expectationFact = z.looseObject({
  namespace: z.string(),
  pvc: z.string(),
  since: z.string(),
  policy: z.string().optional(),
});

export interface EventDefinition {
  readonly meaning: string;
  /** request: asks for work; fact: tells what happened; wake: only says "look now". */
  readonly role: 'request' | 'fact' | 'wake';
  /**
   * From which setting of SOTERIA_UNSIGNED_EVENTS on an unauthenticated sender is heard. A wake-up changes nothing by itself and
   * is always heard.
   */
  readonly unsigned: 'always' | 'backup' | 'all' | 'never';
  readonly data: z.ZodType;
}

export const eventCatalogue = {
  'dev.soteria.backup.requested.v1': {
    meaning: 'Back up a claim. The data is the body of POST /v1/backup.',
    role: 'request',
    unsigned: 'backup',
    data: backupRequest,
  },
  'dev.soteria.namespacebackup.requested.v1': {
    meaning: 'Back up every claim of a namespace. The data is the body of POST /v1/backup/namespace.',
    role: 'request',
    unsigned: 'all',
    data: namespaceBackupRequest,
  },
  'dev.soteria.restore.requested.v1': {
    meaning: 'Restore a restore point into a new claim. The data is the body of POST /v1/restores.',
    role: 'request',
    unsigned: 'all',
    data: restoreRequest,
  },
  'dev.soteria.selftest.requested.v1': {
    meaning: 'Write, back up, restore and compare a claim made for it. The data is the body of POST /v1/selftest.',
    role: 'request',
    unsigned: 'all',
    data: selfTestRequest,
  },
  'dev.soteria.namespacerestore.requested.v1': {
    meaning:
      'Restore every claim of a namespace into another one. The data is the body of POST /v1/restores/namespace.',
    role: 'request',
    unsigned: 'all',
    data: namespaceRestoreRequest,
  },
  'dev.soteria.operation.due.v1': {
    meaning: 'An open operation may have something to do: look at it now.',
    role: 'wake',
    unsigned: 'always',
    data: operationDue,
  },
  'dev.soteria.leftovers.due.v1': {
    meaning:
      'There may be objects whose operation is gone, or has ended without them: look for them, and tidy them up.',
    role: 'wake',
    unsigned: 'always',
    data: leftoversDue,
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
    unsigned: 'never',
    data: backupFact,
  },
  'dev.soteria.backup.skipped.v1': {
    meaning: 'A well-formed request was refused, or nothing had to be made.',
    role: 'fact',
    unsigned: 'never',
    data: backupFact,
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
    unsigned: 'never',
    data: restoreFact,
  },
  'dev.soteria.restore.skipped.v1': {
    meaning: 'A well-formed request for a restore was refused.',
    role: 'fact',
    unsigned: 'never',
    data: restoreFact,
  },
  'dev.soteria.restoretest.verified.v1': {
    meaning: 'A restore test has proved a restore point; the data says how far the proof goes and how long it took.',
    role: 'fact',
    unsigned: 'never',
    data: restoreTestFact,
  },
  'dev.soteria.restoretest.refuted.v1': {
    meaning:
      'A restore test has refuted a restore point: it did not come back, or not as it should. Do not rely on it.',
    role: 'fact',
    unsigned: 'never',
    data: restoreTestFact,
  },
  'dev.soteria.restoretest.inconclusive.v1': {
    meaning:
      'A restore test has ended without a verdict: cancelled, refused, or hindered by the cluster. Nothing is said of the restore point.',
    role: 'fact',
    unsigned: 'never',
    data: restoreTestFact,
  },
  'dev.soteria.selftest.passed.v1': {
    meaning: 'What a self-test wrote came back byte for byte.',
    role: 'fact',
    unsigned: 'never',
    data: selfTestFact,
  },
  'dev.soteria.selftest.failed.v1': {
    meaning: 'A self-test has failed; the data says at which step, why and how to fix it.',
    role: 'fact',
    unsigned: 'never',
    data: selfTestFact,
  },
  'dev.soteria.expectation.missed.v1': {
    meaning: 'A claim has no restore point as fresh as its policy promises. Sent once for each miss.',
    role: 'fact',
    unsigned: 'never',
    data: expectationFact,
  },
  'dev.soteria.expectation.recovered.v1': {
    meaning: 'A claim whose restore points were too old has a fresh one again.',
    role: 'fact',
    unsigned: 'never',
    data: expectationFact,
  },
  'dev.soteria.usage.requested.v1': {
    meaning: 'Measure what the buckets hold, now.',
    role: 'request',
    unsigned: 'all',
    data: usageRequest,
  },
  'dev.soteria.usage.due.v1': {
    meaning: 'A measurement of the buckets is not at its end: go on with it.',
    role: 'wake',
    unsigned: 'always',
    data: usageDue,
  },
  'dev.soteria.usage.measured.v1': {
    meaning: 'The buckets were measured; the numbers are at GET /v1/b2.',
    role: 'fact',
    unsigned: 'never',
    data: usageMeasured,
  },
  'dev.soteria.usage.threshold.crossed.v1': {
    meaning: 'What the buckets hold or cost has passed a limit that an operator set, or is below it again.',
    role: 'fact',
    unsigned: 'never',
    data: usageThreshold,
  },
  'dev.soteria.policy.changed.v1': {
    meaning: 'A policy was created, replaced or deleted through the API; the policies are at GET /v1/policies.',
    role: 'fact',
    // Heard by policy-tick itself, which reads the policies anew: it changes nothing else.
    unsigned: 'always',
    data: policyChanged,
  },
  'dev.knative.apiserver.ref.add': {
    meaning: 'A watched object appeared (ApiServerSource, Reference mode).',
    role: 'wake',
    unsigned: 'always',
    data: objectReference,
  },
  'dev.knative.apiserver.ref.update': {
    meaning: 'A watched object changed (ApiServerSource, Reference mode).',
    role: 'wake',
    unsigned: 'always',
    data: objectReference,
  },
  'dev.knative.apiserver.ref.delete': {
    meaning: 'A watched object went away or lost its watch label (ApiServerSource, Reference mode).',
    role: 'wake',
    unsigned: 'always',
    data: objectReference,
  },
  'dev.knative.sources.ping': {
    meaning: 'A schedule came round (PingSource).',
    role: 'wake',
    unsigned: 'always',
    data: z.looseObject({}),
  },
} as const satisfies Record<string, EventDefinition>;

export type EventType = keyof typeof eventCatalogue;

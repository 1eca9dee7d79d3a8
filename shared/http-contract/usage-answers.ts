/** What the buckets hold and cost, as `GET /v1/b2` answers. Money is in the currency of the price card. */
import * as z from 'zod';
import { byteCount, instantText, isPausedNow } from './parts.ts';

const bytesOrNull = z.number().nullable();

const bucketUsage = z.strictObject({
  name: z.string(),
  prefix: z.string(),
  current_bytes: byteCount,
  current_objects: z.int(),
  hidden_bytes: byteCount,
  hidden_objects: z.int(),
  markers: z.int(),
  unfinished_uploads: z.int().nullable(),
  unfinished_bytes: byteCount.nullable(),
  unfinished_complete: z.boolean(),
  unfinished_oldest_at: instantText.nullable(),
  versioned: z.boolean().nullable(),
  object_lock: z.boolean().nullable(),
  hidden_version_rule: z.boolean().nullable(),
  unreadable_prefixes: z.array(z.string()),
});

const claimUsage = z.strictObject({
  state: z.string().describe('How the volume was attributed to the claim.'),
  namespace: z.string().nullable(),
  pvc: z.string().nullable(),
  bucket: z.string(),
  volume: z.string(),
  current_bytes: byteCount,
  current_objects: z.int(),
  hidden_bytes: byteCount,
  hidden_objects: z.int(),
  backups: z.int(),
  last_backup_at: instantText.nullable(),
  longhorn_bytes: byteCount.nullable(),
  growth_since_last_bytes: bytesOrNull,
  growth_30_days_bytes: bytesOrNull,
});

const repositoryUsage = z.strictObject({
  kind: z.enum(['longhorn', 'restic', 'kopia', 'prefix', 'rest']),
  bucket: z.string(),
  prefix: z.string(),
  current_bytes: byteCount,
  current_objects: z.int(),
  hidden_bytes: byteCount,
  hidden_objects: z.int(),
  parts: z.record(z.string(), z.unknown()),
});

const cost = z.strictObject({
  currency: z.string(),
  card: z.strictObject({ name: z.string(), provider: z.string(), as_of: z.string(), source: z.string() }),
  storage_per_month: z.number(),
  measuring_per_month: z.number(),
  month_to_date: z.number(),
  to_month_end: z.number(),
  what_if: z.array(z.strictObject({ change: z.string(), frees_bytes: byteCount, saves_per_month: z.number() })),
});

const finding = z.strictObject({
  code: z.string(),
  bucket: z.string().nullable(),
  subject: z.string().nullable(),
  bytes: byteCount.nullable(),
  what: z.string(),
  fix: z.string(),
});

export const usageAnswer = z.strictObject({
  state: z.enum(['not_configured', 'not_measured', 'failing', 'measured']),
  missing: z.array(z.string()).describe('Settings that are missing.'),
  fix: z.string().nullable(),
  measured_at: instantText.nullable(),
  age_seconds: z.int().nullable(),
  source: z
    .strictObject({ api: z.string(), endpoint: z.string(), sees_versions: z.boolean(), calls: z.int() })
    .nullable(),
  measuring: z
    .strictObject({ since: instantText, objects: z.int(), calls: z.int(), job: z.string().nullable() })
    .nullable(),
  failure: z
    .strictObject({
      at: instantText,
      since: instantText,
      reason: z.string(),
      what: z.string(),
      why: z.string(),
      fix: z.string(),
    })
    .nullable(),
  complete: z.boolean().nullable().describe('False: some prefixes could not be read.'),
  totals: z
    .strictObject({
      stored_bytes: byteCount,
      current_bytes: byteCount,
      current_objects: z.int(),
      hidden_bytes: byteCount,
      hidden_objects: z.int(),
      markers: z.int(),
      unfinished_uploads: z.int(),
      unfinished_bytes: byteCount,
      orphaned_bytes: byteCount,
    })
    .nullable(),
  growth: z
    .strictObject({
      since_last_bytes: bytesOrNull,
      last_at: instantText.nullable(),
      days_30_bytes: bytesOrNull,
      days_30_from: instantText.nullable(),
    })
    .nullable(),
  cost: cost.nullable(),
  buckets: z.array(bucketUsage),
  claims: z.array(claimUsage),
  repositories: z.array(repositoryUsage),
  findings: z.array(finding),
  ...isPausedNow,
});

export const measureAnswer = z.strictObject({
  measurement: z.string(),
  since: instantText,
  report: z.string().describe('Where the numbers are read.'),
  ...isPausedNow,
});

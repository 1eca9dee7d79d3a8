/**
 * Every event the product takes or sends, once: its type, what it means, the schema of its data and who may send it unsigned.
 * EventType manifests and JSON Schemas are generated from here.
 */
import * as z from 'zod';
import { dnsLabel, dnsSubdomain, durationText, explanation, tag } from '../operation/schema.ts';

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

/** What an ApiServerSource in Reference mode sends. */
export const objectReference = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().default(''),
  name: z.string(),
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
  'dev.soteria.restore.requested.v1': {
    meaning: 'Restore a restore point into a new claim.',
    role: 'request',
    unsigned: 'all',
    data: z.looseObject({}),
  },
  'dev.soteria.operation.due.v1': {
    meaning: 'An open operation may have something to do: look at it now.',
    role: 'wake',
    unsigned: 'always',
    data: operationDue,
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

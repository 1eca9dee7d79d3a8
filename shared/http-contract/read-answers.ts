/** Answers to questions: lists, single Operations, verdicts, what to keep elsewhere. */
import * as z from 'zod';
import { operationRequest, operationResult } from '../operation/record/schema.ts';
import {
  blocker,
  coverageState,
  coverageTotals,
  instantText,
  isPausedNow,
  notices,
  phase,
  presentClaim,
  restorePoint,
  stepView,
} from './parts.ts';

const next = z.string().optional().describe('For the next page; left out on the last.');

export const backupList = z.strictObject({
  volume: z.string().nullable().describe('The volume of the claim that was asked for.'),
  claim: presentClaim,
  notices,
  items: z.array(restorePoint),
  next,
  problems: z.array(blocker).optional().describe('Another living cluster writes under the id of this one.'),
  ...isPausedNow,
});

/** As stored; what an Operation of another version holds is shown as it is. */
const progressView = {
  request: z.looseObject(operationRequest.shape),
  requested_by: z.string().nullable(),
  requested_via: z.enum(['http', 'event', 'kubectl', 'policy']),
  created_at: instantText,
  phase,
  progress: z.int().min(0).max(100),
  message: z.string(),
  started_at: instantText.nullable(),
  ended_at: instantText.nullable(),
  steps: z.array(stepView),
  joined: z
    .array(z.string())
    .describe('Identities of further requests that this Operation answers: event:<source>|<id>, http:<user>:<key>.'),
};

const ended = {
  result: z.looseObject(operationResult.shape).nullable(),
  error: blocker.nullable(),
};

const operationMembers = {
  name: z.string(),
  namespace: z.string(),
  kind: z.string(),
  ...progressView,
  ...ended,
};

const operationItem = z.strictObject(operationMembers);

export const operationList = z.strictObject({ items: z.array(operationItem), next, ...isPausedNow });

export const operationAnswer = z.strictObject({
  ...operationMembers,
  queue: z
    .strictObject({
      place: z.int().min(0).describe('1 is next; 0 holds a slot and is about to begin.'),
      waits_for: z.string(),
    })
    .nullable()
    .describe('Of an Operation that is Pending.'),
  ...isPausedNow,
});

export const cancelledOperation = z.strictObject({ ...operationMembers, ...isPausedNow });

const restoreMembers = {
  name: z.string(),
  kind: z.string(),
  namespace: z.string(),
  pvc: z.string().nullable(),
  target_namespace: z.string(),
  target_pvc: z.string().nullable(),
  verifiers: z.array(z.string()).optional(),
  warning: z.string().optional(),
  ...progressView,
  restore_point: z.string().nullable(),
  data_as_of: instantText.nullable(),
  ...ended,
};

export const restoreList = z.strictObject({ items: z.array(z.strictObject(restoreMembers)), next, ...isPausedNow });

export const restoreView = z.strictObject({ ...restoreMembers, ...isPausedNow });

export const recoveryAnswer = z.strictObject({
  written_at: instantText,
  cluster_id: z.string(),
  cluster_uid: z.string().nullable(),
  is_id_of_this_cluster_alone: z.boolean(),
  adopted: z.array(z.string()),
  versions: z.strictObject({ longhorn: z.string().nullable(), soteria_image: z.string() }),
  targets: z.array(
    z.strictObject({
      name: z.string(),
      url: z.string(),
      credential_secret: z.string().nullable(),
      is_available: z.boolean(),
    }),
  ),
  namespaces: z.array(z.strictObject({ namespace: z.string(), claims: z.int(), newest: instantText.nullable() })),
  encrypted: z.array(z.strictObject({ claim: z.string(), secrets: z.array(z.string()) })),
  backing_images: z.array(z.strictObject({ name: z.string(), claims: z.array(z.string()) })),
  storage_classes: z.array(z.string()),
  without_shape: z.array(z.string()),
  policies: z.array(z.strictObject({ id: z.string(), claims: z.int(), newest: instantText.nullable() })),
  problems: z.array(blocker),
  ...isPausedNow,
});

export const selfTestState = z.strictObject({
  is_ready: z.boolean(),
  why: z.string(),
  longhorn_version: z.string().nullable(),
  last: z
    .strictObject({
      operation: z.string(),
      outcome: z.enum(['passed', 'failed']),
      at: instantText,
      why: z.string(),
      storage_class: z.string().nullable(),
      longhorn_version: z.string().nullable(),
      total_ms: z.int().nullable(),
    })
    .nullable(),
  running: z.strictObject({ operation: z.string(), message: z.string() }).nullable(),
  ...isPausedNow,
});

export const coverageList = z.strictObject({
  ...coverageTotals,
  evaluated_at: instantText.nullable().describe('When the last evaluation was complete; null: none was yet.'),
  items: z.array(
    z.strictObject({
      namespace: z.string(),
      pvc: z.string(),
      state: coverageState,
      code: z.string(),
      accounted: z.boolean(),
      policy: z.string().nullable().describe('The policy that decided.'),
      why: z.string(),
      fix: z.string().nullable(),
      data_as_of: instantText.nullable().describe('The data of the newest restorable point, whoever made it.'),
      rpo_seconds: z.number().nullable().describe('The smallest rpo of the policies that take the claim.'),
      due_at: instantText.nullable(),
      next_due_at: instantText.nullable().describe('When its policies next ask for a backup.'),
      missed_since: instantText.nullable(),
      verified_at: instantText.nullable().describe('When a restore test last proved a point of the claim that stands.'),
      prove_by: instantText
        .nullable()
        .describe(
          'Of a claim that was never proved, or whose proof is older than verify.every: until then its policy proves it; in the past: overdue.',
        ),
      protected_by: z
        .string()
        .nullable()
        .describe('The maker of the newest restore point, where no policy of the claim made it.'),
    }),
  ),
  next: z.string().optional(),
  ...isPausedNow,
});

const deadLetterMembers = {
  id: z.string(),
  at: instantText,
  reason: z.string().describe('What the last receiver answered.'),
  count: z.int().min(1).describe('How often it came.'),
  replayable: z.boolean(),
  event: z.strictObject({
    type: z.string(),
    source: z.string(),
    id: z.string(),
    subject: z.string().nullable(),
    time: instantText.nullable(),
    data: z.unknown(),
  }),
};

export const deadLetterList = z.strictObject({
  items: z.array(z.strictObject(deadLetterMembers)),
  ...isPausedNow,
});

export const replayedLetter = z.strictObject({
  ...deadLetterMembers,
  replayed: z.literal(true),
  ...isPausedNow,
});

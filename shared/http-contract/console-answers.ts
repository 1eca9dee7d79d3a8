/** Answers of the console: every claim with what is known of it, and who asks. */
import * as z from 'zod';
import { driversHere } from '../operation/kinds/drivers.ts';
import { blocker, byteCount, coverageStates, coverageTotals, instantText, isPausedNow, phase } from './parts.ts';

export const claimHealths = ['safe', 'late', 'unprotected', 'unknown'] as const;
export type ClaimHealth = (typeof claimHealths)[number];

export const claimStates = [...coverageStates, 'unknown'] as const;
export type ClaimState = (typeof claimStates)[number];

export const claimRow = z.strictObject({
  namespace: z.string(),
  pvc: z.string(),
  volume: z.string().nullable().describe('The volume under the claim; null: the claim is not bound.'),
  storage_class: z.string().nullable(),
  capacity: z.string().nullable().describe('As Kubernetes writes it, such as 10Gi.'),
  driver: z.literal(driversHere).nullable().describe('What can back the claim up; null: nothing can.'),
  last_backup_at: instantText.nullable().describe('The data of the newest restorable point, whoever made it.'),
  last_backup_age_hours: z.number().nullable(),
  backup_count: z.int().min(0).nullable().describe('Points that can be restored; null: they could not be read.'),
  healthy: z.boolean().describe('True: `health` is safe.'),
  health_reason: z.string().describe('objective_missed, or `code`.'),
  health: z
    .enum(claimHealths)
    .describe(
      'safe: backed up in time, or left out on purpose. late: the objective is missed. unprotected: nobody looks after the claim as ' +
        'things are. unknown: no evaluation has looked at it.',
    ),
  state: z.enum(claimStates).describe('What the last evaluation decided.'),
  code: z.string().describe('Why, as GET /v1/coverage says it; not_evaluated: there is no decision.'),
  why: z.string(),
  fix: z.string().nullable(),
  policy: z.string().nullable().describe('The policy that decided.'),
  protected_by: z.string().nullable().describe('The maker of the newest point, where no policy of the claim made it.'),
  rpo_seconds: z.number().nullable().describe('The objective: the smallest rpo of the policies that take the claim.'),
  rpo_age_seconds: z.int().min(0).nullable().describe('The age of the newest restorable data, to hold against it.'),
  missed_since: instantText.nullable(),
  next_due_at: instantText.nullable().describe('When the next backup is due; null: no schedule says so.'),
  verified_at: instantText.nullable().describe('When a restore test last proved a point that stands.'),
  verified_strength: z.string().nullable(),
  measured_rto_ms: z.int().nullable().describe('How long that restore test took, from its start to the verdict.'),
  prove_by: instantText.nullable().describe('Until then its policy proves it; in the past: overdue.'),
  size_at_target_bytes: byteCount.nullable().describe('What all backups of the volume take on the backup target.'),
  running: z
    .strictObject({
      operation: z.string(),
      namespace: z.string().describe('Of the Operation.'),
      kind: z.string(),
      phase: z.string(),
      progress: z.number(),
      message: z.string(),
    })
    .nullable()
    .describe('The open Operation about the claim; one that runs is shown before one that waits.'),
  failures_since_success: z
    .int()
    .min(0)
    .max(8)
    .describe('Backups that failed since the newest point; 8 means 8 or more.'),
  last_failure: z
    .strictObject({ operation: z.string(), at: instantText, code: z.string(), why: z.string(), fix: z.string() })
    .nullable(),
  last_runs: z
    .array(z.strictObject({ at: instantText, outcome: z.enum(['succeeded', 'failed']) }))
    .max(8)
    .describe('The newest points and failed backups, oldest first.'),
  created_at: instantText,
});
export type ClaimRow = z.infer<typeof claimRow>;

export const inventoryAnswer = z.strictObject({
  generated_at: instantText,
  evaluated_at: instantText.nullable().describe('When the last evaluation was complete; null: there was none.'),
  coverage: z
    .strictObject(coverageTotals)
    .describe('Of all namespaces that the caller sees, whatever the filters, as the last evaluation decided.'),
  problems: z.array(blocker).describe('What could not be read: the members that depend on it are null.'),
  namespaces: z.array(z.strictObject({ name: z.string(), pvcs: z.array(claimRow) })),
  next: z.string().optional().describe('For the next page; left out on the last. A namespace may go on there.'),
  ...isPausedNow,
});

export const whoAmI = z.strictObject({
  user: z.string(),
  groups: z.array(z.string()),
  proof: z
    .enum(['token', 'signature', 'proxy', 'session', 'none'])
    .describe(
      'How Soteria knows: a token of the cluster, a signature, the fronting proxy, a sign-in here, or not at all.',
    ),
  auth_required: z.boolean(),
  namespace: z.string().nullable().describe('That `may` is about; null: all namespaces.'),
  may: z.strictObject({
    list: z.boolean().describe('See claims, points and Operations.'),
    create: z.boolean().describe('Ask for backups, restores and restore tests.'),
    update: z.boolean().describe('Cancel Operations.'),
  }),
  ...isPausedNow,
});

export const openApiDocument = z
  .looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) })
  .describe('The OpenAPI document of all routes.');

export const operationProgress = z
  .strictObject({
    name: z.string(),
    namespace: z.string(),
    kind: z.string(),
    pvc: z.string().nullable().describe('The claim that the Operation is about.'),
    phase,
    progress: z.int().min(0).max(100).describe('Percent, at the milestones of the kind.'),
    message: z.string(),
    step: z.string().nullable().describe('The last step that began.'),
    requested_by: z.string().nullable(),
    created_at: instantText,
    started_at: instantText.nullable(),
    ended_at: instantText.nullable(),
    error: blocker.nullable(),
  })
  .describe('The data of the event `operation:progress`.');

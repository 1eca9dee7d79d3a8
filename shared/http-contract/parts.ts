/** Members that several answers share. Answers are strict: a member that no schema declares is a fault of the door that sends it. */
import * as z from 'zod';
import { policyDrivers } from '../operation/kinds/drivers.ts';
import { phases, step } from '../operation/record/schema.ts';

/** Written with all its digits, also beyond 2^53. */
export const byteCount = z.number().min(0).meta({ type: 'integer', format: 'int64' });

export const instantText = z.string().describe('An instant of RFC 3339.');

/** On every object while the ConfigMap `soteria-settings` holds `paused: "true"`. */
export const isPausedNow = {
  paused: z.literal(true).optional().describe('Soteria is paused: nothing is made or deleted.'),
};

/** The claim that points are of, as it is now. */
export const presentClaim = z
  .strictObject({ volume: z.string().nullable(), terminating_since: instantText.nullable() })
  .nullable()
  .describe('The source claim as it is now; null: it is gone.');

export const notices = z.array(z.string()).describe('What to know before relying on the point, in whole sentences.');

export const blocker = z.strictObject({
  code: z.string(),
  what: z.string(),
  why: z.string(),
  fix: z.string(),
});
export type Blocker = z.infer<typeof blocker>;

/** What stands against a request also names points, so that another one can be chosen. */
export const blockerOfPoint = z.looseObject(blocker.shape);

export const blockedBy = z
  .array(blockerOfPoint)
  .describe('Why the request is refused or fails; empty: nothing is known.');

export const phase = z.enum(phases);

/** As stored, also by another version. */
export const stepView = z.looseObject(step.shape);

export const restorePoint = z
  .strictObject({
    id: z.string().describe('What a request names in `snapshot`: <driver>:<target>/<backup>.'),
    driver: z.enum(policyDrivers),
    snapshot: z.string().nullable(),
    namespace: z.string().nullable(),
    pvc: z.string().nullable(),
    volume: z.string().nullable(),
    url: z.string().nullable(),
    cluster_id: z.string().nullable(),
    data_as_of: instantText.nullable(),
    completed_at: instantText.nullable(),
    size_bytes: byteCount.nullable(),
    uploaded_bytes: byteCount.nullable(),
    state: z.string(),
    restorable: z.boolean(),
    reason: z.string().optional().describe('Why the point cannot be restored.'),
    of_earlier_volume: z
      .boolean()
      .nullable()
      .describe(
        'True: made of a volume that the claim no longer has. Null: not compared: the claim is gone, or the list is not of one claim.',
      ),
    verified_at: instantText.nullable(),
    verified_strength: z.string().nullable(),
    verified_weaker: z.array(z.string()),
    refuted_at: instantText.nullable(),
    refuted_strength: z
      .string()
      .nullable()
      .describe('The kind of check that failed; a proof that goes further stands beside it.'),
    refuted_because: z.string().nullable(),
    origin: z.enum(['own', 'other-cluster', 'recurring-job', 'foreign']),
    policy: z.string().nullable(),
    held: z.boolean(),
    consistency: z.enum(['crash', 'hook', 'dump']),
    mode: z.enum(['full', 'incremental']).nullable().describe('full: all of the volume was read. Null: not known.'),
    tags: z.array(z.string()),
  })
  .describe('A restore point. Sizes are bytes; null: its driver does not know.');

/** The first members of the answers to a request for a backup or a restore, as the first version of the product had them. */
export const requestOfClaim = {
  driver: z.enum(policyDrivers),
  volume: z.string().nullable().describe('The Longhorn volume.'),
  backup: z.string().nullable().describe('The name of the backup at Longhorn.'),
  namespace: z.string(),
  pvc: z.string(),
  requested_by: z.string().describe('The authenticated caller, or `anonymous`.'),
  dry_run: z.boolean(),
  job_name: z.string().nullable().describe('The name of the Operation that is, or would be, recorded.'),
  secret: z.null(),
  operation: z.string().nullable().describe('The Operation that answers this request; null of a dry run.'),
  restore_point: z.string().nullable().describe('The id of the restore point.'),
  point: restorePoint.nullable().describe('The restore point; null where it was not looked at.'),
  data_as_of: instantText.nullable(),
};

/** How the recorded Operation stands; null in a dry run. */
export const recordedState = {
  phase: phase.nullable(),
  message: z.string().nullable(),
  error: blocker.nullable(),
};

export const repeated = z
  .boolean()
  .describe('True: this Idempotency-Key had recorded the Operation before; nothing new was made.');

/** An answer as a door says it: byte counts may be bigints, and lists are read-only. */
export type Answered<T> = T extends number
  ? number | bigint
  : T extends readonly (infer Item)[]
    ? readonly Answered<Item>[]
    : T extends object
      ? { readonly [Member in keyof T]: Answered<T[Member]> }
      : T;

export const coverageStates = ['due', 'running', 'not_due', 'skipped', 'unprotected'] as const;
export const coverageState = z.enum(coverageStates);

/** Of the claims that a caller sees. */
export const coverageTotals = {
  claims: z.int().min(0),
  accounted: z.int().min(0),
  percent: z
    .int()
    .min(0)
    .max(100)
    .nullable()
    .describe('100 only when every claim is accounted for; null: no claim was judged.'),
  states: z.record(coverageState, z.int().min(0)),
  missed: z.int().min(0).describe('Claims whose objective is missed.'),
  unproved: z.int().min(0).describe('Claims with a prove_by.'),
};

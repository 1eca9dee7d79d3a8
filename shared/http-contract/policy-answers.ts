/** Answers about policies. */
import * as z from 'zod';
import { policySchema } from '../policy/policy-schema.ts';
import { instantText, isPausedNow, type Answered } from './parts.ts';

const source = z
  .strictObject({
    store: z
      .enum(['api', 'git'])
      .describe('api: the Secret soteria-policies; git: an object that the API never changes.'),
    object: z.string().describe('Kind, namespace and name.'),
    key: z.string(),
    line: z.int().min(1),
  })
  .describe('Where it stands.');

const stored = {
  policy: policySchema,
  source,
  editable: z.boolean().describe('False: it comes from Git, and the API refuses to change it.'),
};

const fault = z
  .strictObject({
    id: z.string().nullable().describe('Null: the text could not be read so far.'),
    source,
    what: z.string(),
    why: z.string().describe('Each mistake with its line and member.'),
    fix: z.string(),
  })
  .describe('Why one policy is disabled; the others work on.');

export const policyList = z.strictObject({
  version: z.string().describe('Of the Secret soteria-policies; without its quotation marks, the same as `ETag`.'),
  items: z.array(z.strictObject(stored)),
  faults: z.array(fault),
  conflicts: z
    .array(z.strictObject({ id: z.string(), used: source, unused: source }))
    .describe('The same id in both stores: the policy of Git is used.'),
  ...isPausedNow,
});
export type PolicyListAnswer = Answered<z.infer<typeof policyList>>;

export const policyView = z.strictObject({
  ...stored,
  unused: source.nullable().describe('A policy of the same id in the other store, which has no effect.'),
  ...isPausedNow,
});
export type PolicyViewAnswer = Answered<z.infer<typeof policyView>>;

export const policyChanged = z.strictObject({
  id: z.string(),
  change: z.enum(['created', 'replaced', 'deleted', 'none']).describe('none: it stood there already, word for word.'),
  version: z.string().describe('Of the Secret soteria-policies; without its quotation marks, the same as `ETag`.'),
  dry_run: z.boolean(),
  ...isPausedNow,
});
export type PolicyChangedAnswer = Answered<z.infer<typeof policyChanged>>;

const run = z.strictObject({
  at: instantText.describe('In UTC.'),
  local: instantText.describe('As the clock of the policy’s time zone shows it, with its offset.'),
  clock: z
    .enum(['moved', 'repeats'])
    .nullable()
    .describe(
      'moved: the clock skips the time, and the run is at the first instant after the gap; repeats: the clock shows the time twice, and the first counts.',
    ),
  announced: z.boolean().describe('False: no PingSource announces it; the hourly sweep finds it.'),
  not_before: instantText.nullable().describe('Outside the window: when the window opens.'),
});

const count = z.int().min(0);

const matches = z
  .strictObject({
    matched: count,
    not_matched: count,
    reasons: z
      .array(z.strictObject({ code: z.string(), matched: z.boolean(), claims: count, why: z.string() }))
      .describe('How many claims each reason applies to.'),
    items: z.array(
      z.strictObject({
        namespace: z.string(),
        pvc: z.string(),
        matched: z.boolean(),
        code: z.string(),
        why: z.string(),
        obstacle: z
          .strictObject({ code: z.string(), why: z.string() })
          .nullable()
          .describe('Why no backup of a matching claim can be made now.'),
      }),
    ),
    next: z.string().optional().describe('Send it as `matches_next`.'),
  })
  .nullable()
  .describe('Which claims match now; those that match are listed first. Null: the caller may not see all namespaces.');

const retentionPreview = z
  .strictObject({
    keep: count,
    delete: count,
    held_back: count.describe('Restore points that no field of the retention keeps, and that stay for now.'),
    held_back_because: z.array(z.strictObject({ code: z.string(), claims: count, why: z.string(), fix: z.string() })),
    items: z.array(
      z.strictObject({
        id: z.string().describe('Of the restore point.'),
        namespace: z.string(),
        pvc: z.string(),
        claim_deleted: z.boolean().describe('The claim is gone, or has another volume now.'),
        data_as_of: instantText,
        decision: z.enum(['keep', 'delete', 'held_back']),
        reasons: z.array(z.strictObject({ code: z.string(), why: z.string() })),
      }),
    ),
    next: z.string().optional().describe('Send it as `points_next`.'),
  })
  .nullable()
  .describe(
    'What a prune would decide now about the restore points that a policy of this id made, oldest first for each claim. Null: the caller may not see all namespaces.',
  );

const feasibility = z
  .strictObject({
    verdict: z.enum(['fits', 'too_much', 'one_is_too_long', 'unknown']),
    text: z.string(),
    limit: z.int().min(1).describe('So many backups run at once.'),
    limited_by: z.enum(['concurrency', 'SOTERIA_MAX_PARALLEL']).describe('The field or setting that says so.'),
    needed_limit: z
      .int()
      .min(1)
      .nullable()
      .describe('The smallest limit that is enough; null: none is, or it is not known.'),
    work_seconds: count.nullable().describe('Of all matching claims, one after another.'),
    takes_seconds: count.nullable().describe('With the limit.'),
    guessed: count.nullable().describe('Claims without a measured backup: the median of the others stands in.'),
  })
  .nullable()
  .describe(
    'Whether each run can end before the next one, from what backups took so far. Other policies are not counted. Null: the caller may not see all namespaces.',
  );

export const policyPreview = z.strictObject({
  id: z.string(),
  from: instantText.describe('The runs are those after this instant.'),
  schedule: z.string().nullable().describe('Cron, also of a preset; null: nothing becomes due by the clock.'),
  time_zone: z.string(),
  jitter_seconds: z.int().min(0).describe('Every run is so much later than the schedule says.'),
  runs: z.array(run).describe('The next ten.'),
  ping_source: z
    .strictObject({ schedule: z.string(), time_zone: z.string() })
    .nullable()
    .describe('What announces the runs; null: cron cannot say it, and the hourly sweep finds them.'),
  matches,
  retention: retentionPreview,
  feasibility,
  warnings: z.array(z.string()).describe('What the policy does not do, and what may surprise, in whole sentences.'),
  ...isPausedNow,
});
export type PolicyPreviewAnswer = Answered<z.infer<typeof policyPreview>>;

const planned = z.strictObject({
  namespace: z.string(),
  pvc: z.string(),
  volume: z.string().describe('Each volume that the claim has had is pruned by itself.'),
  claim_deleted: z.boolean().describe('True: no claim has this volume any more.'),
  plan: z.string().describe('The digest of what would be deleted here; `spec.request.confirm` of a Prune takes it.'),
  delete: z
    .array(z.strictObject({ id: z.string(), data_as_of: instantText, refuted: z.boolean() }))
    .describe('Oldest first; at most as many as one Prune deletes.'),
  later: z.int().min(0).describe('Points that expire too, and are for the prune after this one.'),
  keep: z
    .array(z.strictObject({ id: z.string(), data_as_of: instantText, why: z.array(z.string()) }))
    .describe('Newest first, each with what keeps it.'),
  held_back: z.array(z.string()).describe('Why nothing is deleted now: a missing yes, or a hindrance that passes.'),
  operation: z.string().nullable().describe('The Prune that was recorded, in Soteria’s namespace; null: none.'),
});

export const pruneAnswer = z.strictObject({
  policy: z.string(),
  dry_run: z.boolean(),
  requested_by: z.string(),
  plan: z.string().describe('The digest of all that would be deleted now, or after a yes; `confirm` takes it.'),
  needs_yes: z.boolean().describe('True: the request must confirm the plan.'),
  claims: z.array(planned).describe('Those with something to delete; of one claim that is asked for, all its volumes.'),
  unchanged: z.int().min(0).describe('So many others have nothing to delete.'),
  ...isPausedNow,
});
export type PruneAnswer = Answered<z.infer<typeof pruneAnswer>>;

export const holdAnswer = z.strictObject({
  point: z.string(),
  held: z.boolean(),
  by: z.string().nullable().describe('Who holds it.'),
  at: instantText.nullable(),
  reason: z.string().nullable(),
  ...isPausedNow,
});
export type HoldAnswer = Answered<z.infer<typeof holdAnswer>>;

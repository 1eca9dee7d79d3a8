/** The answer of a preview from Longhorn's recurring jobs. */
import * as z from 'zod';
import { policySchema } from '../policy/policy-schema.ts';
import { policyPreview } from './policy-answers.ts';
import { isPausedNow, type Answered } from './parts.ts';

/** The body that asks for it. */
export const fromRecurringJobs = z.strictObject({
  from: z.literal('recurring-jobs').describe('Shows the policies that are equal to Longhorn’s recurring jobs.'),
});

const claim = z.strictObject({
  namespace: z.string(),
  pvc: z.string(),
  volume: z.string(),
  because: z.string().describe('Why the job takes the volume.'),
  detached: z.boolean(),
  stop: z
    .strictObject({
      object: z.string().describe('Kind, namespace and name; of two objects, separated by a comma.'),
      remove_labels: z
        .array(z.string())
        .describe('The labels that go. Empty: the job leaves the group default, for all volumes.'),
      command: z.string(),
      also_stops: z.array(z.string()).describe('Other jobs that this stops for the volume.'),
      then_default_group: z
        .boolean()
        .describe('True: it is the last label of the volume, and the jobs of the group default take it afterwards.'),
    })
    .describe('The change after which the job and the policy do not both make backups. Nothing is changed by itself.'),
});

const job = z.strictObject({
  job: z.string(),
  task: z.string(),
  policies: z
    .array(policySchema)
    .describe('Ready for POST /v1/policies; more than one when the job takes over 1000 claims.'),
  why_no_policy: z.string().nullable(),
  claim_count: z.int().min(0),
  claims: z.array(claim).describe('The first 1000.'),
  warnings: z.array(z.strictObject({ code: z.string(), text: z.string() })),
});

/** The body of `POST /v1/policies/preview`. */
export const previewRequest = z.union([policySchema, fromRecurringJobs]);

export const recurringJobsPreview = z.strictObject({ items: z.array(job), ...isPausedNow });
export type RecurringJobsAnswer = Answered<z.infer<typeof recurringJobsPreview>>;

export const anyPreview = z.union([policyPreview, recurringJobsPreview]);

/** One recurring job of Longhorn as a policy that does the same. Pure. */
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { parseGoDuration } from '@soteria/shared/longhorn/go-duration.ts';
import type { RecurringJob } from '@soteria/shared/longhorn/recurring-jobs.ts';
import { type Policy, policySchema } from '@soteria/shared/policy/policy-schema.ts';

/** As robfig's cron, which Longhorn uses, reads them. */
const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** What a policy takes at most. */
export const maxClaimsOfPolicy = 1000;

export type Translated =
  | { readonly policies: readonly Policy[]; readonly notes: readonly string[] }
  | { readonly policies: readonly []; readonly notes: readonly string[]; readonly whyNone: string };

export function isBackupJob({ spec: { task } }: RecurringJob): boolean {
  return task === 'backup' || task === 'backup-force-create';
}

type Kept = { readonly retention?: Policy['retention']; readonly note?: string };

function keptBy({ spec }: RecurringJob): Kept {
  if (spec.retentionPolicy !== 'age-based') {
    return { retention: { keepLast: Math.max(1, Math.round(spec.retain ?? 1)) } };
  }
  const text = String(spec.retainAge ?? '');
  const days = /^(\d+)d$/.exec(text)?.[1];
  const ms = days === undefined ? parseGoDuration(text) : Number(days) * 86_400_000;
  const hours = Math.ceil((ms ?? 0) / 3_600_000);
  if (typeof spec.retainAge === 'number' || hours === 0) {
    return { note: `Its retainAge "${text}" is not understood: the policy has no retention and keeps everything.` };
  }
  return { retention: { keepWithin: `${hours}h` } };
}

function modeOf({ spec }: RecurringJob): Pick<Policy, 'mode'> {
  const every = Number(spec.parameters?.['full-backup-interval'] ?? 0);
  return Number.isInteger(every) && every >= 1 && every <= 9999 ? { mode: `full every ${every}` } : {};
}

/** `claims`: as `namespace/claim`, in order. */
export function translateJob(job: RecurringJob, claims: readonly string[]): Translated {
  const { name } = job.metadata;
  if (!isBackupJob(job)) {
    return {
      policies: [],
      notes: [],
      whyNone: `the task ${job.spec.task || '(none)'} makes no backup, so no policy replaces it`,
    };
  }
  if (claims.length === 0) return { policies: [], notes: [], whyNone: 'the job takes no volume of a claim' };
  const { retention, note } = keptBy(job);
  const { concurrency } = job.spec;
  const common = {
    schedule: macros[job.spec.cron.trim()] ?? job.spec.cron.trim(),
    timeZone: 'UTC',
    ...(retention === undefined ? {} : { retention }),
    ...(concurrency === undefined || concurrency === null ? {} : { concurrency: Math.max(1, Math.round(concurrency)) }),
    ...modeOf(job),
  };
  const policies: Policy[] = [];
  for (let begin = 0; begin < claims.length; begin += maxClaimsOfPolicy) {
    const part = begin / maxClaimsOfPolicy;
    const id = part === 0 ? name : `${name}-${part + 1}`;
    const parsed = policySchema.safeParse({ id, claims: claims.slice(begin, begin + maxClaimsOfPolicy), ...common });
    if (!parsed.success) {
      const whyNone = problemsOf(parsed.error, 'the policy').join('; ');
      return { policies: [], notes: [], whyNone };
    }
    policies.push(parsed.data);
  }
  return { policies, notes: note === undefined ? [] : [note] };
}

/** Decides the next step of a measurement that no process works on. Pure. */
import type { ListingJob } from '../listing-job/listing-jobs.ts';
import type { Measurement } from '../record/usage-record.ts';
import { expectDurationMs } from './expect-duration.ts';
import type { Progress, Trouble } from '../record/progress.ts';

export interface Situation {
  readonly progress: Progress;
  /** The last good measurement. */
  readonly last: Measurement | undefined;
  /** The present state of the Job that `progress` names; undefined: it does not exist. */
  readonly job: ListingJob | undefined;
  /** Longer measurements run as a Job. */
  readonly jobAfterMs: number;
}

export type Next =
  /** The measurement is recorded; the process died before it had deleted the progress. */
  | { readonly type: 'tidy' }
  /** Everything is counted. */
  | { readonly type: 'record' }
  | { readonly type: 'fail'; readonly trouble: Trouble }
  | { readonly type: 'take-step' }
  /** Records the Job's name, then makes the Job. */
  | { readonly type: 'hand-over' }
  /** The Job is recorded, and does not exist. */
  | { readonly type: 'make-job' }
  /** A Job works on it. */
  | { readonly type: 'wait' }
  /** The Job ended without a result: the failure is reported, and the next wake-up begins another Job. */
  | { readonly type: 'take-back'; readonly trouble: Trouble };

export function decideNext({ progress, last, job, jobAfterMs }: Situation): Next {
  if (last?.id === progress.id) return { type: 'tidy' };
  if (isCounted(progress)) return { type: 'record' };
  const { trouble } = progress;
  if (trouble?.isFinal === true) return { type: 'fail', trouble };
  if (progress.job !== undefined) {
    if (job !== undefined && !job.hasEnded) return { type: 'wait' };
    if (job === undefined && !progress.job.hasStarted) return { type: 'make-job' };
    return { type: 'take-back', trouble: trouble ?? endedWithout(progress.job.name, job?.says) };
  }
  if (!progress.mayUseJob) return { type: 'take-step' };
  const expectedMs = expectDurationMs(progress, last) ?? 0;
  return { type: expectedMs > jobAfterMs || jobAfterMs === 0 ? 'hand-over' : 'take-step' };
}

export function isCounted({ buckets, tasks }: Progress): boolean {
  return buckets !== undefined && tasks.length === 0 && buckets.every(({ uploads }) => uploads !== undefined);
}

function endedWithout(name: string, says = 'it is gone'): Trouble {
  return {
    reason: 'job_failed',
    what: `Job ${name}, which lists the buckets, came to no end`,
    why: says,
    fix: `see kubectl -n soteria describe job ${name} and its Pod; the next measurement goes on where it was`,
    isFinal: false,
  };
}

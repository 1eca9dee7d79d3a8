/**
 * What happens to a Job next. Pure. As in Kubernetes for a Job with one Pod and no retries: it ends once, its conditions say how, and then
 * only its removal follows.
 */

export interface JobSituation {
  readonly isDeleting: boolean;
  readonly isEnded: boolean;
  /** RFC 3339; undefined before it was first looked at. */
  readonly startedAt: string | undefined;
  /** The instant of the end. */
  readonly endedAt: string | undefined;
  readonly deadlineSeconds: number | undefined;
  readonly ttlSeconds: number | undefined;
  /** Why the Job cannot run here at all. */
  readonly refusal: string | undefined;
  /** What the Job waits for, such as a claim that is not bound. */
  readonly waitsFor: string | undefined;
  /** This process or an earlier one has made a Pod of the Job. */
  readonly hasPod: boolean;
  readonly processes: 'none' | 'running' | 'ended';
  /** Every container that ended, ended with 0. */
  readonly isGood: boolean;
}

export type JobAction =
  | { readonly type: 'nothing' }
  /** Looks again after that time. */
  | { readonly type: 'wait'; readonly ms: number; readonly message?: string }
  | { readonly type: 'accept' }
  | { readonly type: 'start' }
  | { readonly type: 'complete' }
  | { readonly type: 'fail'; readonly reason: string; readonly message: string }
  /** The time to keep the ended Job is over. */
  | { readonly type: 'remove' };

const longestTimerMs = 2 ** 31 - 1;

export function decideJob(job: JobSituation, now: Date, pollMs: number): JobAction {
  if (job.isDeleting) return { type: 'nothing' };
  if (job.isEnded) return decideRemoval(job, now);
  if (job.startedAt === undefined) return { type: 'accept' };
  if (job.refusal !== undefined) return { type: 'fail', reason: 'ImageRefused', message: job.refusal };
  const leftMs = dueMs(job.startedAt, job.deadlineSeconds, now);
  if (job.processes === 'ended') return decideEnd(job);
  if (leftMs <= 0) {
    return { type: 'fail', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  if (job.processes === 'running') return { type: 'wait', ms: leftMs };
  if (job.hasPod) {
    return { type: 'fail', reason: 'PodLost', message: 'the process of its Pod is gone: what ran it was restarted' };
  }
  if (job.waitsFor !== undefined) return { type: 'wait', ms: Math.min(pollMs, leftMs), message: job.waitsFor };
  return { type: 'start' };
}

function decideEnd({ isGood }: JobSituation): JobAction {
  if (isGood) return { type: 'complete' };
  return {
    type: 'fail',
    reason: 'BackoffLimitExceeded',
    message: 'Job has reached the specified backoff limit',
  };
}

function decideRemoval({ endedAt = '', ttlSeconds }: JobSituation, now: Date): JobAction {
  if (ttlSeconds === undefined) return { type: 'nothing' };
  const leftMs = dueMs(endedAt, ttlSeconds, now);
  return leftMs <= 0 ? { type: 'remove' } : { type: 'wait', ms: leftMs };
}

/** Milliseconds that are left; without a limit, the longest time that a timer can wait. */
function dueMs(since: string, seconds: number | undefined, now: Date): number {
  if (seconds === undefined) return longestTimerMs;
  return Math.min(longestTimerMs, Date.parse(since) + seconds * 1000 - now.getTime());
}

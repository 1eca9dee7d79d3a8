/** Who is at a measurement: as long as the lease in its progress holds, nobody else. Pure. */
import type { Progress } from '../record/progress.ts';

/** No lease is as long as this: it was given by a clock that is ahead, and must not keep everybody out until ours is there. */
const longestMs = 120_000;

/** Milliseconds until it has run out; 0: nobody is at it. */
export function leaseLeftMs({ leaseUntil }: Pick<Progress, 'leaseUntil'>, now: Date): number {
  const leftMs = Date.parse(leaseUntil ?? '') - now.getTime();
  return leftMs > 0 && leftMs <= longestMs ? leftMs : 0;
}

export function isLeased(progress: Pick<Progress, 'leaseUntil'>, now: Date): boolean {
  return leaseLeftMs(progress, now) > 0;
}

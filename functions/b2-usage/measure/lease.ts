/** The lease in the progress of a measurement: while it holds, no other process works on the measurement. Pure. */
import type { Progress } from '../record/progress.ts';

/** No lease is as long as this. A longer lease comes from a clock that is ahead, and must not block every process until our clock catches up. */
const longestMs = 120_000;

/** Milliseconds until the lease has run out; 0: no process works on the measurement. */
export function leaseLeftMs({ leaseUntil }: Pick<Progress, 'leaseUntil'>, now: Date): number {
  const leftMs = Date.parse(leaseUntil ?? '') - now.getTime();
  return leftMs > 0 && leftMs <= longestMs ? leftMs : 0;
}

export function isLeased(progress: Pick<Progress, 'leaseUntil'>, now: Date): boolean {
  return leaseLeftMs(progress, now) > 0;
}

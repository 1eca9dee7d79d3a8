/**
 * Whether a claim is due for a backup by its policy. Pure. Invariants:
 *  1. What is due follows from instants and successes, never from a ping: a missed ping is caught up, a double ping does nothing.
 *  2. Of several missed instants only the last one is due, so a claim has one backup for it.
 *  3. An instant that was asked for is not due again, whatever became of the Operation.
 *  4. What lies in the future (a clock that was wrong) counts for nothing.
 */
import { lastDueAt, nextDueAt, type Schedule } from './instants.ts';
import { opensAt, type Window } from './window.ts';

export interface Timing extends Schedule {
  readonly catchUp: 'none' | 'once';
  /** A backup that could not start for so long after its due instant is let pass. */
  readonly startingDeadlineMs?: number | undefined;
  readonly isSuspended: boolean;
  readonly window?: Window | undefined;
}

export interface ClaimHistory {
  /** Since then the policy applies to the claim: an earlier instant was never meant for it. */
  readonly since: Date;
  /** The newest due instant that this policy has asked for. */
  readonly askedFor?: Date | undefined;
  /** The instant of the data of the newest good restore point, whoever made it. */
  readonly dataAsOf?: Date | undefined;
}

export type NotDueReason =
  /** The instant was asked for, or a point is younger. */
  | 'fresh'
  | 'first_instant_to_come'
  | 'no_schedule'
  | 'suspended'
  | 'outside_window'
  | 'missed_and_passed'
  | 'deadline_passed';

export type Due =
  | { readonly isDue: true; readonly at: Date; readonly isLate: boolean; readonly next: Date | undefined }
  | { readonly isDue: false; readonly why: NotDueReason; readonly next: Date | undefined };

/** Longer than the sweep takes to find what no ping has announced. */
export const graceMs = 65 * 60_000;
/** Clocks of one cluster differ by less. */
const clockToleranceMs = 5 * 60_000;
/** A ping comes within moments. */
const lateMs = 60_000;

/** Of a policy at one instant, for all of its claims. */
export interface Moment {
  readonly now: Date;
  readonly last: Date | undefined;
  readonly next: Date | undefined;
  /** When backups may start again; undefined: now. */
  readonly opensAt: Date | undefined;
}

export function momentOf(timing: Timing, now: Date): Moment {
  return {
    now,
    last: lastDueAt(timing, now),
    next: nextDueAt(timing, now),
    opensAt: timing.window === undefined ? undefined : opensAt(timing.window, timing.timeZone, now),
  };
}

export function decideDue(timing: Timing, { now, last, next, opensAt: opening }: Moment, history: ClaimHistory): Due {
  const notDue = (why: NotDueReason, at = next): Due => ({ isDue: false, why, next: at });
  const limit = now.getTime() + clockToleranceMs;
  const known = ({ askedFor, dataAsOf }: ClaimHistory): number =>
    Math.max(
      ...[askedFor, dataAsOf].map((at) => (at === undefined || at.getTime() > limit ? -Infinity : at.getTime())),
    );
  if (last === undefined || last < history.since) return notDue('first_instant_to_come');
  if (known(history) >= last.getTime()) return notDue('fresh');
  if (timing.isSuspended) return notDue('suspended', undefined);
  const lateByMs = now.getTime() - last.getTime();
  if (timing.startingDeadlineMs !== undefined && lateByMs > timing.startingDeadlineMs) return notDue('deadline_passed');
  if (timing.catchUp === 'none' && lateByMs > graceMs) return notDue('missed_and_passed');
  if (opening !== undefined) return notDue('outside_window', opening);
  return { isDue: true, at: last, isLate: lateByMs > lateMs, next };
}

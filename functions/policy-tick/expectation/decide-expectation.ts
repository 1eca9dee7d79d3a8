/**
 * Whether the objective of a claim is met: its `rpo`, or else each due backup within the grace. Pure. Invariants:
 *  1. Only restorable points count, not the path that should have made them; whoever made them.
 *  2. A miss begins at an instant that follows from the points: while nothing changes, it is the same miss, reported once.
 *  3. A claim is not missing before its own first backup could have been there.
 */

/** Of a policy. */
export interface Objective {
  readonly rpoMs: number | undefined;
  /** Undefined: no schedule, or a suspended one; then only the rpo counts. */
  readonly clock: ObjectiveClock | undefined;
}

export interface ObjectiveClock {
  /** The last due instant at or before; undefined: none ever. */
  lastDueAt(at: Date): Date | undefined;
  /** The first due instant strictly after; undefined: none ever. */
  nextDueAt(after: Date): Date | undefined;
  /** When a backup that is due then may start; undefined: at once. */
  opensAt(at: Date): Date | undefined;
}

/** So long after its due time, and after its window opened, a backup has to be there. */
export const expectationGraceMs = 2 * 3_600_000;
const maxStepsBack = 400;
/** Of a longer miss, which nobody has recorded, the first due time is searched for each claim. */
const maxUnmet = 24;

/** For all claims of a policy at one instant. */
export interface Expectation {
  readonly objective: Objective;
  readonly now: Date;
  /** The newest due instant that must have led to a point by now. */
  readonly mustHave: Date | undefined;
  /** That instant and those before it, newest first, as far as they were needed: many claims ask for the same. */
  readonly passed: Date[];
}

export interface ExpectedClaim {
  /** Since then the policy applies to the claim. */
  readonly since: Date;
  /** The data of its newest restorable point that no restore test has refuted. */
  readonly dataAsOf: Date | undefined;
  /** As recorded: the miss that goes on. */
  readonly missedSince?: Date | undefined;
}

function deadlineOf(clock: ObjectiveClock, dueAt: Date): number {
  return (clock.opensAt(dueAt) ?? dueAt).getTime() + expectationGraceMs;
}

export function expectationOf(objective: Objective, now: Date): Expectation {
  const { clock, rpoMs } = objective;
  if (clock === undefined || rpoMs !== undefined) return { objective, now, mustHave: undefined, passed: [] };
  let dueAt = clock.lastDueAt(new Date(now.getTime() - expectationGraceMs));
  for (let steps = 0; dueAt !== undefined && steps < maxStepsBack; steps += 1) {
    if (deadlineOf(clock, dueAt) <= now.getTime()) return { objective, now, mustHave: dueAt, passed: [dueAt] };
    dueAt = clock.lastDueAt(new Date(dueAt.getTime() - 1));
  }
  return { objective, now, mustHave: undefined, passed: [] };
}

/** The instant at which the miss began; undefined: the objective is met. */
export function missedSince(expectation: Expectation, claim: ExpectedClaim): Date | undefined {
  const { objective, now } = expectation;
  // A point from the future proves a wrong clock, not a backup.
  const known = claim.dataAsOf !== undefined && claim.dataAsOf <= now ? claim.dataAsOf : undefined;
  const { rpoMs } = objective;
  const since =
    rpoMs === undefined ? missOfSchedule(expectation, claim, known) : missOfAge(objective, rpoMs, claim, known, now);
  return since === undefined || since > now.getTime() ? undefined : new Date(since);
}

function missOfAge(
  { clock }: Objective,
  rpoMs: number,
  { since }: ExpectedClaim,
  known: Date | undefined,
  now: Date,
): number | undefined {
  if (known !== undefined) return known.getTime() + rpoMs;
  const byAge = since.getTime() + rpoMs;
  if (byAge > now.getTime() || clock === undefined) return byAge;
  const first = clock.nextDueAt(new Date(since.getTime() - 1));
  return first === undefined ? byAge : Math.max(byAge, deadlineOf(clock, first));
}

function missOfSchedule(
  expectation: Expectation,
  { since, missedSince: recorded }: ExpectedClaim,
  known: Date | undefined,
): number | undefined {
  const { clock } = expectation.objective;
  const { mustHave } = expectation;
  if (clock === undefined || mustHave === undefined || mustHave < since) return undefined;
  if (known !== undefined && known >= mustHave) return undefined;
  if (recorded !== undefined) return recorded.getTime();
  // Points from before the policy applied are not held against it.
  const from = known === undefined || known < since ? new Date(since.getTime() - 1) : known;
  return deadlineOf(clock, firstAfter(expectation, clock, from) ?? mustHave);
}

/** The first due instant after `from`, which lies before `mustHave`. */
function firstAfter({ passed }: Expectation, clock: ObjectiveClock, from: Date): Date | undefined {
  for (let index = 0; index < maxUnmet; index += 1) {
    const later = passed[index];
    if (later === undefined) return undefined;
    const earlier = passed[index + 1] ?? clock.lastDueAt(new Date(later.getTime() - 1));
    if (earlier === undefined || earlier <= from) return later;
    passed[index + 1] = earlier;
  }
  return clock.nextDueAt(from);
}

export interface Transition {
  readonly event: 'missed' | 'recovered';
  /** When the miss began: with the claim, the identity of the event. */
  readonly since: string;
}

/** What is reported, once for each miss. `before`: as recorded; `now`: as decided, RFC 3339. */
export function transitionOf(before: string | undefined, now: string | undefined): Transition | undefined {
  if (before === undefined) return now === undefined ? undefined : { event: 'missed', since: now };
  return now === undefined ? { event: 'recovered', since: before } : undefined;
}

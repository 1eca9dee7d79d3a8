/** What is the same for all claims of a policy at one tick: computed once. Pure. */
import { type Due, decideDue, type Moment, momentOf, type Timing } from '../due/decide-due.ts';
import { lastDueAt, nextDueAt } from '../due/instants.ts';
import { opensAt } from '../due/window.ts';
import { type Expectation, expectationOf, missedSince } from '../expectation/decide-expectation.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';
import type { ClaimFacts } from './claim-facts.ts';

export interface PolicyMoment {
  readonly now: Date;
  readonly policy: ResolvedPolicy;
  /** Since when it is there; undefined: always. */
  readonly policySince: Date | undefined;
  /** Undefined: it has no schedule. */
  readonly due: { readonly timing: Timing; readonly moment: Moment } | undefined;
  /** The next due instant; undefined: it has no schedule, or is suspended. */
  readonly nextAt: Date | undefined;
  /** Undefined: it promises nothing. */
  readonly expectation: Expectation | undefined;
}

export function policyMoment(policy: ResolvedPolicy, now: Date, policySince?: Date): PolicyMoment {
  const { schedule, timeZone, jitterMs, window, rpoMs, isSuspended, catchUp, startingDeadlineMs } = policy;
  if (schedule === undefined) {
    const expectation = rpoMs === undefined ? undefined : expectationOf({ rpoMs, clock: undefined }, now);
    return { now, policy, policySince, due: undefined, nextAt: undefined, expectation };
  }
  const timing: Timing = { schedule, timeZone, jitterMs, catchUp, startingDeadlineMs, isSuspended, window };
  const clock = {
    lastDueAt: (at: Date) => lastDueAt(timing, at),
    nextDueAt: (after: Date) => nextDueAt(timing, after),
    opensAt: (at: Date) => (window === undefined ? undefined : opensAt(window, timeZone, at)),
  };
  return {
    now,
    policy,
    policySince,
    due: { timing, moment: momentOf(timing, now) },
    nextAt: isSuspended ? undefined : clock.nextDueAt(now),
    // Nothing is expected of the schedule of a suspended policy; its rpo is still promised.
    expectation: expectationOf({ rpoMs, clock: isSuspended ? undefined : clock }, now),
  };
}

/** Since when the policy applies to the claim. */
export function sinceOf({ policySince }: PolicyMoment, { createdAt }: ClaimFacts): Date {
  return policySince !== undefined && policySince > createdAt ? policySince : createdAt;
}

/**
 * Points of other policies do not count: each policy keeps points of its own. Points that no policy has made do: nobody prunes them.
 * Undefined: the policy has no schedule.
 */
export function dueOf(of: PolicyMoment, claim: ClaimFacts): Due | undefined {
  if (of.due === undefined) return undefined;
  const { asked, dataAsOf: own } = claim.progress?.get(of.policy.id) ?? {};
  const others = claim.newestOfOthers;
  const dataAsOf = own === undefined || (others !== undefined && others > own) ? others : own;
  return decideDue(of.due.timing, of.due.moment, { since: sinceOf(of, claim), askedFor: asked?.dueAt, dataAsOf });
}

/**
 * `onUnchanged: skip`: the newest good restore point of the claim holds all that is in the volume, and it is the policy's own or one that no policy
 * prunes.
 */
export function isSkippedUnchanged({ policy }: PolicyMoment, claim: ClaimFacts): boolean {
  if (!policy.isUnchangedSkipped || claim.isUnchanged !== true || claim.newest === undefined) return false;
  const newest = claim.newest.at.getTime();
  const own = claim.progress?.get(policy.id)?.dataAsOf;
  return [own, claim.newestOfOthers].some((at) => at?.getTime() === newest);
}

/** Any restorable point counts here, whoever made it. */
export function missOf(of: PolicyMoment, claim: ClaimFacts, recorded: Date | undefined): Date | undefined {
  const { expectation } = of;
  if (expectation === undefined) return undefined;
  // A point that holds all that is in the volume is as good as one of now.
  const dataAsOf = isSkippedUnchanged(of, claim) ? of.now : claim.newest?.at;
  return missedSince(expectation, { since: sinceOf(of, claim), dataAsOf, missedSince: recorded });
}

/**
 * Which restore points of one claim and one policy are kept, which are deleted, and why. Pure. Invariants:
 *  1. The newest good point, the newest restorable one, the last verified one and every held one are kept, whatever the rule says.
 *  2. A point of another policy, of another maker or from the future is kept, and counts for nothing.
 *  3. A refuted point counts as absent when the others are chosen.
 *  4. Deciding again over what was kept deletes nothing more.
 */
import { isoWeekOf, localTimeOf } from '../clock/local-time.ts';
import type { RetentionRule } from '../policy/retention-rule.ts';

export interface RetentionPoint {
  readonly id: string;
  /** Of the data. */
  readonly at: Date;
  /** Made by this policy of this installation. */
  readonly isOwn: boolean;
  /** False: still being made, or known to be incomplete. */
  readonly isRestorable: boolean;
  readonly isVerified: boolean;
  readonly isRefuted: boolean;
  readonly isHeld: boolean;
}

/** Why nothing at all may be deleted now. */
export type Hindrance =
  | 'newest_attempt_failed'
  | 'target_unavailable'
  | 'shared_cluster_id'
  | 'first_prune_unconfirmed';

export type KeepReason =
  | { readonly code: 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly' }
  /** A count of that rule is left over, and no older point is there. */
  | { readonly code: 'oldest'; readonly rule: Bucket }
  | {
      readonly code:
        | 'within'
        | 'newest'
        | 'last_verified'
        | 'not_replaced_by_a_verified_one'
        | 'held'
        | 'too_young'
        | 'from_the_future'
        | 'not_own'
        | 'not_restorable'
        | 'claim_deleted'
        | 'no_rule';
    };

export type Bucket = 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';

export interface RetentionInput {
  readonly points: readonly RetentionPoint[];
  /** Undefined, or without any count: everything is kept. */
  readonly rule: RetentionRule | undefined;
  /** The claim is deleted, and its points stay. */
  readonly isOfDeletedClaim?: boolean;
  /** IANA name; the buckets are days and weeks of its calendar. */
  readonly timeZone: string;
  readonly now: Date;
  readonly hindrances?: readonly Hindrance[];
  /** More deletions at once need a confirmation. */
  readonly breaker?: number;
  readonly isConfirmed?: boolean;
}

export interface RetentionDecision {
  /** Newest first. */
  readonly keep: readonly { readonly id: string; readonly at: Date; readonly why: readonly KeepReason[] }[];
  /** Oldest first: what no rule keeps. */
  readonly expired: readonly { readonly id: string; readonly at: Date; readonly isRefuted: boolean }[];
  /** Why none of the expired ones is deleted now; empty: all are. */
  readonly heldBack: readonly (Hindrance | 'breaker')[];
}

type KeyOf = (point: RetentionPoint, index: number, timeZone: string) => string;

const pad = (value: number): string => String(value).padStart(2, '0');

function dayKey(at: Date, timeZone: string): string {
  const { year, month, day } = localTimeOf(at, timeZone);
  return `${year}${pad(month)}${pad(day)}`;
}

const buckets: readonly { readonly name: Bucket; readonly member: keyof RetentionRule; readonly keyOf: KeyOf }[] = [
  { name: 'last', member: 'keepLast', keyOf: (_point, index) => String(index) },
  {
    name: 'hourly',
    member: 'keepHourly',
    keyOf: ({ at }, _index, zone) => `${dayKey(at, zone)}${pad(localTimeOf(at, zone).hour)}`,
  },
  { name: 'daily', member: 'keepDaily', keyOf: ({ at }, _index, zone) => dayKey(at, zone) },
  {
    name: 'weekly',
    member: 'keepWeekly',
    keyOf({ at }, _index, zone) {
      const { year, week } = isoWeekOf(localTimeOf(at, zone));
      return `${year}W${week}`;
    },
  },
  { name: 'monthly', member: 'keepMonthly', keyOf: ({ at }, _index, zone) => dayKey(at, zone).slice(0, -2) },
  { name: 'yearly', member: 'keepYearly', keyOf: ({ at }, _index, zone) => dayKey(at, zone).slice(0, -4) },
];

/** Newest first; of one instant by id, so that every caller sees the same order. */
function newestFirst(a: RetentionPoint, b: RetentionPoint): number {
  return b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1);
}

type Reasons = Map<string, KeepReason[]>;

function keepBecause(reasons: Reasons, { id }: RetentionPoint, reason: KeepReason): void {
  reasons.set(id, [...(reasons.get(id) ?? []), reason]);
}

/** One rule over the good points, newest first, as `restic forget` counts. */
function fillBuckets(good: readonly RetentionPoint[], input: RetentionInput, reasons: Reasons): void {
  for (const { name, member, keyOf } of buckets) {
    const count = input.rule?.[member];
    let left = typeof count === 'number' ? count : 0;
    let previous: string | undefined;
    for (const [index, point] of good.entries()) {
      if (left <= 0) break;
      const key = keyOf(point, index, input.timeZone);
      const isOldest = index === good.length - 1;
      if (key === previous && !isOldest) continue;
      keepBecause(reasons, point, key === previous ? { code: 'oldest', rule: name } : { code: name });
      previous = key;
      left -= 1;
    }
  }
}

function hasRule(rule: RetentionRule | undefined): rule is RetentionRule {
  if (rule === undefined) return false;
  return (
    rule.latestOnly === true ||
    rule.keepWithinMs !== undefined ||
    buckets.some(({ member }) => Number(rule[member] ?? 0) > 0)
  );
}

function applyRule(good: readonly RetentionPoint[], input: RetentionInput, reasons: Reasons): void {
  const { rule } = input;
  const [newest] = good;
  if (!hasRule(rule)) {
    for (const point of good) keepBecause(reasons, point, { code: 'no_rule' });
    return;
  }
  fillBuckets(good, input, reasons);
  const { keepWithinMs, latestOnly } = rule;
  if (keepWithinMs !== undefined && newest !== undefined) {
    const from = newest.at.getTime() - keepWithinMs;
    for (const point of good) if (point.at.getTime() > from) keepBecause(reasons, point, { code: 'within' });
  }
  if (latestOnly !== true) return;
  for (const point of good) {
    if (point.isVerified) break;
    keepBecause(reasons, point, { code: 'not_replaced_by_a_verified_one' });
  }
}

/** What no rule may override (invariants 1 and 2). */
function protect(
  sorted: readonly RetentionPoint[],
  good: readonly RetentionPoint[],
  input: RetentionInput,
  reasons: Reasons,
): void {
  const { rule, now, isOfDeletedClaim = false } = input;
  for (const point of sorted) {
    if (isOfDeletedClaim) keepBecause(reasons, point, { code: 'claim_deleted' });
    if (!point.isOwn) keepBecause(reasons, point, { code: 'not_own' });
    else if (point.at > now) keepBecause(reasons, point, { code: 'from_the_future' });
    else if (!point.isRestorable) keepBecause(reasons, point, { code: 'not_restorable' });
    if (point.isHeld) keepBecause(reasons, point, { code: 'held' });
    const ageMs = now.getTime() - point.at.getTime();
    if (rule?.minAgeMs !== undefined && ageMs < rule.minAgeMs) keepBecause(reasons, point, { code: 'too_young' });
  }
  const [newest] = good;
  if (newest !== undefined) keepBecause(reasons, newest, { code: 'newest' });
  // A refuted point may be all that is left of the newest data, and its proof may go further than what refutes it.
  const whole = sorted.filter(({ isOwn, at, isRestorable }) => isOwn && isRestorable && at <= now);
  const last = whole[0];
  if (last !== undefined && last !== newest) keepBecause(reasons, last, { code: 'newest' });
  const verified = good.find(({ isVerified }) => isVerified) ?? whole.find(({ isVerified }) => isVerified);
  if (verified !== undefined) keepBecause(reasons, verified, { code: 'last_verified' });
  if (!hasRule(rule))
    for (const point of sorted) if (!reasons.has(point.id)) keepBecause(reasons, point, { code: 'no_rule' });
}

export function decideRetention(input: RetentionInput): RetentionDecision {
  const { now, hindrances = [], breaker, isConfirmed = false } = input;
  const sorted = input.points.toSorted(newestFirst);
  const good = sorted.filter(
    ({ isOwn, isRestorable, isRefuted, at }) => isOwn && isRestorable && !isRefuted && at <= now,
  );
  const reasons: Reasons = new Map();
  applyRule(good, input, reasons);
  protect(sorted, good, input, reasons);
  const keep = sorted.flatMap(({ id, at }) => {
    const why = reasons.get(id);
    return why === undefined ? [] : [{ id, at, why }];
  });
  const expired = sorted
    .filter(({ id }) => !reasons.has(id))
    .map(({ id, at, isRefuted }) => ({ id, at, isRefuted }))
    .toReversed();
  const isTooMany = breaker !== undefined && expired.length > breaker && !isConfirmed;
  const heldBack = expired.length === 0 ? [] : [...hindrances, ...(isTooMany ? (['breaker'] as const) : [])];
  return { keep, expired, heldBack };
}

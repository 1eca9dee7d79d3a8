/**
 * Which claims of a policy get a restore test now. Pure. Invariants:
 *  1. A claim is tested before its period is over: its turn comes when a part of the period is left that its name decides. So tests spread over
 *     the period, also when many were made at once.
 *  2. The claim whose proof runs out first comes first. One that does not fit into the budget holds up the others: small claims never crowd out a
 *     large one.
 *  3. A claim larger than the whole budget is tested alone, when nothing else was read for a day.
 *  4. A due instant that was asked for is not due again. A test that ended without a verdict is due again after a twentieth of the period, at
 *     most after a day; with rounds in the next round.
 *  5. What lies in the future (a clock that was wrong) counts for nothing.
 */
import { stableNumber } from '@soteria/shared/policy/presets.ts';

export interface ClaimToProve {
  readonly namespace: string;
  readonly name: string;
  /** Since then the policy applies to the claim. */
  readonly since: Date;
  /** The newest restore test of it that ended with a verdict, proved or refuted; undefined: none. */
  readonly testedAt: Date | undefined;
  /** The newest due instant that its policy has asked for a test; undefined: none. */
  readonly askedFor?: Date | undefined;
  /** Of its newest restorable point; undefined: there is none to test. */
  readonly pointBytes: bigint | undefined;
  readonly isTesting: boolean;
}

export interface TestRule {
  readonly everyMs: number;
  readonly budgetBytes?: bigint;
  /** Of `verify.schedule`, when there is one: its last instant at or before now, and the one after it. */
  readonly round?: { readonly last: Date | undefined; readonly next: Date | undefined };
}

export interface TestState {
  readonly now: Date;
  /** What the tests of this policy have read in the last 24 hours, those under way included. */
  readonly bytesReadToday: bigint;
  /** So many tests may still start. */
  readonly free: number;
}

export interface PlannedTest {
  readonly claim: ClaimToProve;
  /** With rounds: its turn is the last round before the period ends. Without: its turn begins then. */
  readonly from: Date;
  /** Of the test that starts in this turn: with the policy and the claim, its identity. */
  readonly dueAt: Date;
  /** The period ends: until then it must be proved. */
  readonly by: Date;
}

export interface TestDecision {
  readonly start: readonly PlannedTest[];
  /** Their turn has come, and they wait for budget or for others. */
  readonly waiting: readonly PlannedTest[];
  /** Never tested so far, and by when each will be. */
  readonly neverTested: readonly PlannedTest[];
  /** Claims whose period is over. */
  readonly overdue: readonly PlannedTest[];
  /** What the period asks for on average; above the budget it cannot be met. */
  readonly bytesPerDay: bigint;
}

const dayMs = 86_400_000;
/** The turn comes when between a twentieth and a quarter of the period is left. */
const [leastLeft, mostLeft] = [0.05, 0.25];

/** 0 up to 1, the same for the same claim. */
function placeOf({ namespace, name }: ClaimToProve): number {
  const steps = 1_000_000;
  return stableNumber(`${namespace}/${name}`, steps) / steps;
}

/** Clocks of one cluster differ by less. */
const clockToleranceMs = 5 * 60_000;

/** Names of Operations tell seconds. */
function wholeSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}

/** Of the instants one step apart, the last one that has come: after a long pause one of them is due, and not each that passed meanwhile. */
function retryAfter(askedFor: Date, everyMs: number, now: Date): Date {
  const stepMs = Math.max(1000, Math.min(dayMs, everyMs * leastLeft));
  const steps = Math.max(1, Math.floor((now.getTime() - askedFor.getTime()) / stepMs));
  return wholeSecond(askedFor.getTime() + steps * stepMs);
}

function planOf(claim: ClaimToProve, rule: TestRule, now: Date): PlannedTest {
  const { everyMs, round } = rule;
  const past = (at: Date | undefined): Date | undefined =>
    at !== undefined && at.getTime() > now.getTime() + clockToleranceMs ? undefined : at;
  const [testedAt, askedFor] = [past(claim.testedAt), past(claim.askedFor)];
  const place = placeOf(claim);
  const begin = (testedAt ?? claim.since).getTime();
  // The first tests of many claims spread over the whole period, and not over the end of it.
  const share = testedAt === undefined ? place * (1 - leastLeft) : 1 - leastLeft - place * (mostLeft - leastLeft);
  const from = wholeSecond(begin + everyMs * share);
  const isAsked = askedFor !== undefined && askedFor >= from;
  const retryAt = isAsked ? retryAfter(askedFor, everyMs, now) : from;
  const known = { ...claim, testedAt, askedFor };
  return { claim: known, from, dueAt: round?.last ?? retryAt, by: new Date(begin + everyMs) };
}

/** With rounds: once, in the last round before its period ends. */
function hasTurn({ claim, from, dueAt, by }: PlannedTest, { round }: TestRule, now: Date): boolean {
  if (round === undefined) return dueAt <= now;
  const { last, next } = round;
  if (last === undefined || last <= claim.since) return false;
  if ([claim.testedAt, claim.askedFor].some((at) => at !== undefined && at >= last)) return false;
  return next === undefined || from <= next || by <= next;
}

function soonestFirst(a: PlannedTest, b: PlannedTest): number {
  const byName = () => (`${a.claim.namespace}/${a.claim.name}` < `${b.claim.namespace}/${b.claim.name}` ? -1 : 1);
  return a.by.getTime() - b.by.getTime() || byName();
}

export function decideTests(claims: readonly ClaimToProve[], rule: TestRule, state: TestState): TestDecision {
  const { now } = state;
  const plans = claims.map((claim) => planOf(claim, rule, now)).toSorted(soonestFirst);
  const turns = plans.filter(
    (plan) => !plan.claim.isTesting && plan.claim.pointBytes !== undefined && hasTurn(plan, rule, now),
  );
  const started = fitting(turns, rule, state);
  const bytes = claims.reduce((sum, { pointBytes = 0n }) => sum + pointBytes, 0n);
  return {
    start: turns.slice(0, started),
    waiting: turns.slice(started),
    neverTested: plans.filter(({ claim }) => claim.testedAt === undefined),
    overdue: plans.filter(({ by }) => by <= now),
    bytesPerDay: (bytes * BigInt(dayMs)) / BigInt(rule.everyMs),
  };
}

/** How many of them, from the first, fit into limit and budget. */
function fitting(turns: readonly PlannedTest[], { budgetBytes }: TestRule, state: TestState): number {
  let bytes = state.bytesReadToday;
  let count = 0;
  for (const { claim } of turns) {
    if (count >= state.free) break;
    const next = bytes + (claim.pointBytes ?? 0n);
    if (budgetBytes !== undefined && next > budgetBytes && bytes > 0n) break;
    bytes = next;
    count += 1;
  }
  return count;
}

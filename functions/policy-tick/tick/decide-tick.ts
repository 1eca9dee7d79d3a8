/**
 * One tick: what is asked for, what is recorded of every claim, and which objectives are newly missed or met again. Pure. Invariants:
 *  1. Every claim has exactly one record.
 *  2. Deciding again after acting asks for nothing and reports nothing.
 *  3. The work is linear in claims: what depends on a policy or a namespace alone is computed once.
 */
import {
  coverageMembers,
  type CoverageRecord,
  type NamespaceCoverage,
} from '@soteria/shared/coverage/coverage-record.ts';
import { type Transition, transitionOf } from '../expectation/decide-expectation.ts';
import { createMatcher } from '../match/match-claims.ts';
import { type DueBackup, takeTurns, type TurnState } from '../order/take-turns.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';
import type { ClaimFacts, NamespaceFacts } from './claim-facts.ts';
import { type Hindrance, judgeClaim } from './judge-claim.ts';
import { createTestPlan, type DueTest, type TestsDecision, type TestsState } from './plan-tests.ts';
import { policyMoment, type PolicyMoment } from './policy-moment.ts';

export interface TickInput {
  readonly now: Date;
  readonly policies: readonly ResolvedPolicy[];
  /** Since when a policy is there, by its id: it does not catch up what was due before. One that is not here was always there. */
  readonly policiesSince?: ReadonlyMap<string, Date>;
  /** Read once, one after another: what is known of a namespace need not stay in memory. */
  readonly namespaces: Iterable<NamespaceFacts>;
  readonly hindrance?: Hindrance;
  /** So many Operations may be made now. */
  readonly free: number;
  /** Of restore tests; left out: none may start. */
  readonly tests?: Omit<TestsState, 'now'>;
  /** Other policies' turns; what is under way by policy is counted here from the claims. */
  readonly lastServedAt: TurnState['lastServedAt'];
  readonly othersFreshMs: number;
  /** As recorded by the tick before; undefined: nothing is. */
  readonly before: (namespace: string) => NamespaceCoverage | undefined;
}

export interface AskedDue extends DueBackup {
  /** `full every N` says so. */
  readonly isFull: boolean;
}

export interface ToldTransition extends Transition {
  readonly namespace: string;
  readonly claim: string;
  readonly policy: string | undefined;
}

export interface TickDecision {
  /** In the order in which they start. */
  readonly ask: readonly AskedDue[];
  /** Restore tests, in the order in which they start. */
  readonly askTests: readonly DueTest[];
  readonly coverage: ReadonlyMap<string, NamespaceCoverage>;
  readonly transitions: readonly ToldTransition[];
}

/** Many claims have the same record: one object for all of them. Most have the one that the claim before them by the same policy has. */
function createRecords(): (record: CoverageRecord) => CoverageRecord {
  const known = new Map<string, CoverageRecord>();
  const recent = new Map<string | undefined, CoverageRecord>();
  return (record) => {
    const last = recent.get(record.policy);
    if (last !== undefined && isSame(last, record)) return last;
    const key = coverageMembers.map((member) => String(record[member])).join('|');
    const same = known.get(key) ?? record;
    known.set(key, same);
    recent.set(record.policy, same);
    return same;
  };
}

function isSame(a: CoverageRecord, b: CoverageRecord): boolean {
  return coverageMembers.every((member) => a[member] === b[member]);
}

interface FoundDue extends DueBackup {
  readonly facts: ClaimFacts;
}

export function decideTick(input: TickInput): TickDecision {
  const { now, policies, namespaces, hindrance, othersFreshMs } = input;
  const match = createMatcher(policies);
  const moments = new Map(
    policies.map((one) => [one.id, [policyMoment(one, now, input.policiesSince?.get(one.id))] as const]),
  );
  const share = createRecords();
  const circumstances = { now, hindrance, othersFreshMs };
  const running = new Map<string, number>();
  const found: FoundDue[] = [];
  const coverage = new Map<string, Map<string, CoverageRecord>>();
  const plan = createTestPlan();
  for (const { namespace, claims } of namespaces) {
    const records = new Map<string, CoverageRecord>();
    coverage.set(namespace.name, records);
    const before = input.before(namespace.name);
    for (const facts of claims) {
      const matched = match(namespace, facts);
      const of = momentsOf(matched.policies, moments);
      const context = { match: matched, moments: of, recorded: before?.get(facts.name) };
      const { record, due } = judgeClaim(facts, context, circumstances);
      records.set(facts.name, share(record));
      countRunning(facts, running);
      plan.add(facts, of);
      for (const one of due) found.push({ ...one, namespace: namespace.name, claim: facts.name, facts });
    }
  }
  const ask = askInTurn(found, input, running);
  markWaiting(found, ask, coverage, share);
  const tests = plan.decide({ free: 0, bytesReadToday: new Map(), ...input.tests, now });
  markUnproved(tests, coverage, share);
  return {
    ask: ask.map((one) => toAsk(one, moments.get(one.policy)?.[0].policy.fullEvery)),
    // Nothing becomes due by what hinders backups: the newest points cannot be known.
    askTests: hindrance === undefined ? tests.ask : [],
    coverage,
    transitions: transitionsOf(coverage, input),
  };
}

type Moments = ReadonlyMap<string, readonly [PolicyMoment]>;
const noMoments: readonly PolicyMoment[] = [];

/** Most claims have one policy, and all of its claims share its list. */
function momentsOf(policies: readonly ResolvedPolicy[], moments: Moments): readonly PolicyMoment[] {
  const [only] = policies;
  if (only === undefined) return noMoments;
  if (policies.length === 1) return moments.get(only.id) ?? noMoments;
  return policies.flatMap(({ id }) => moments.get(id) ?? noMoments);
}

function countRunning({ namespace, progress }: ClaimFacts, running: Map<string, number>): void {
  if (progress === undefined) return;
  for (const [policy, { asked }] of progress) {
    if (asked?.state !== 'open') continue;
    for (const key of [policy, `${policy}/${namespace}`]) running.set(key, (running.get(key) ?? 0) + 1);
  }
}

function askInTurn(found: readonly FoundDue[], input: TickInput, running: ReadonlyMap<string, number>): FoundDue[] {
  const concurrency = new Map(
    input.policies.flatMap(({ id, concurrency: limit }) => (limit === undefined ? [] : [[id, limit] as const])),
  );
  return takeTurns(found, { running, lastServedAt: input.lastServedAt }, { free: input.free, concurrency });
}

function toAsk({ policy, namespace, claim, dueAt, facts }: FoundDue, fullEvery: number | undefined): AskedDue {
  const since = facts.progress?.get(policy)?.sinceFull;
  const isFull = fullEvery !== undefined && (since === undefined || since + 1 >= fullEvery);
  return { policy, namespace, claim, dueAt, isFull };
}

/** A claim of which no due backup starts now waits for its turn. */
function markWaiting(
  found: readonly FoundDue[],
  ask: readonly FoundDue[],
  coverage: ReadonlyMap<string, Map<string, CoverageRecord>>,
  share: (record: CoverageRecord) => CoverageRecord,
): void {
  const starting = new Set(ask.map(({ facts }) => facts));
  const waiting = new Map<CoverageRecord, CoverageRecord>();
  for (const { namespace, claim, facts } of found) {
    const records = coverage.get(namespace);
    const record = records?.get(claim);
    if (record?.code !== 'due' || starting.has(facts)) continue;
    const next = waiting.get(record) ?? share({ ...record, code: 'waits_for_turn' });
    waiting.set(record, next);
    records?.set(claim, next);
  }
}

function markUnproved(
  { proveBy }: TestsDecision,
  coverage: ReadonlyMap<string, Map<string, CoverageRecord>>,
  share: (record: CoverageRecord) => CoverageRecord,
): void {
  for (const [{ namespace, name }, by] of proveBy) {
    const records = coverage.get(namespace);
    const record = records?.get(name);
    if (record !== undefined) records?.set(name, share({ ...record, proveBy: by.toISOString() }));
  }
}

function transitionsOf(coverage: TickDecision['coverage'], { before }: TickInput): ToldTransition[] {
  const told: ToldTransition[] = [];
  for (const [namespace, records] of coverage) {
    const recorded = before(namespace);
    for (const [claim, { missedSince, policy }] of records) {
      const earlier = recorded?.get(claim);
      if (missedSince === undefined && earlier?.missedSince === undefined) continue;
      const transition = transitionOf(earlier?.missedSince, missedSince);
      if (transition !== undefined) told.push({ namespace, claim, policy, ...transition });
    }
  }
  return told;
}

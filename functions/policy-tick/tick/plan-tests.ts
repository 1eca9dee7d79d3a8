/** The restore tests of one tick, over all policies. Pure. */
import { lastDueAt, nextDueAt } from '../due/instants.ts';
import type { ResolvedPolicy, ResolvedVerify } from '../policy/resolve-policy.ts';
import { type ClaimToProve, decideTests, type PlannedTest, type TestRule } from '../restore-tests/decide-tests.ts';
import type { ClaimFacts } from './claim-facts.ts';
import { type PolicyMoment, sinceOf } from './policy-moment.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface DueTest {
  readonly policy: string;
  readonly namespace: string;
  readonly claim: string;
  readonly dueAt: Date;
  /** Its id; left out: the latest. */
  readonly point?: string;
}

export interface TestsState {
  readonly now: Date;
  /** So many restore tests may start now, of all policies together. */
  readonly free: number;
  /** What the tests of a policy have read in the last 24 hours, by its id. */
  readonly bytesReadToday: ReadonlyMap<string, bigint>;
}

export interface TestsDecision {
  /** In the order in which they start: the claim whose period ends first comes first. */
  readonly ask: readonly DueTest[];
  /**
   * Claims that were never tested, or whose period is over: until when a policy has them proved. Of a period of a day or more in whole hours, so
   * that claims share records.
   */
  readonly proveBy: ReadonlyMap<ClaimFacts, Date>;
}

export interface TestPlan {
  /** Each claim with the policies that take it. */
  add(facts: ClaimFacts, moments: readonly PolicyMoment[]): void;
  decide(state: TestsState): TestsDecision;
}

interface Candidate extends ClaimToProve {
  readonly facts: ClaimFacts;
}

interface Collected {
  readonly policy: ResolvedPolicy;
  readonly verify: ResolvedVerify;
  readonly claims: Candidate[];
}

export function createTestPlan(): TestPlan {
  const collected = new Map<string, Collected>();
  return {
    add(facts, moments) {
      for (const moment of moments) {
        const { policy } = moment;
        const { verify } = policy;
        if (verify === undefined || policy.isSuspended || !isTestable(facts)) continue;
        const of = collected.get(policy.id) ?? { policy, verify, claims: [] };
        collected.set(policy.id, of);
        of.claims.push(candidateOf(facts, moment));
      }
    },
    decide: (state) => decideAll([...collected.values()], state),
  };
}

function isTestable({ tests, obstacle }: ClaimFacts): boolean {
  return tests !== undefined && obstacle?.code !== 'no_driver';
}

function candidateOf(facts: ClaimFacts, moment: PolicyMoment): Candidate {
  const { namespace, name, newest, tests } = facts;
  return {
    facts,
    namespace,
    name,
    since: sinceOf(moment, facts),
    testedAt: tests?.testedAt,
    askedFor: tests?.askedFor?.get(moment.policy.id),
    pointBytes: newest === undefined ? undefined : (newest.bytes ?? 0n),
    isTesting: tests?.isTesting ?? false,
  };
}

function ruleOf({ policy: { timeZone }, verify }: Collected, now: Date): TestRule {
  const { everyMs, budgetBytes, schedule: text } = verify;
  const budget = budgetBytes === undefined ? {} : { budgetBytes };
  if (text === undefined) return { everyMs, ...budget };
  const schedule = { schedule: text, timeZone };
  return { everyMs, ...budget, round: { last: lastDueAt(schedule, now), next: nextDueAt(schedule, now) } };
}

type FoundTest = PlannedTest & Pick<DueTest, 'policy' | 'point'>;

function decideAll(all: readonly Collected[], { now, free, bytesReadToday }: TestsState): TestsDecision {
  const found: FoundTest[] = [];
  const proveBy = new Map<ClaimFacts, Date>();
  for (const one of all) {
    const { id: policy } = one.policy;
    const facts = new Map(one.claims.map((claim) => [`${claim.namespace}/${claim.name}`, claim.facts]));
    const state = { now, bytesReadToday: bytesReadToday.get(policy) ?? 0n, free };
    const { start, neverTested, overdue } = decideTests(one.claims, ruleOf(one, now), state);
    for (const plan of start) {
      const { testPoint } = facts.get(`${plan.claim.namespace}/${plan.claim.name}`) ?? {};
      found.push({ ...plan, policy, ...(testPoint === undefined ? {} : { point: testPoint }) });
    }
    const grainMs = one.verify.everyMs < dayMs ? 1000 : hourMs;
    for (const { claim, by: end } of [...neverTested, ...overdue]) {
      const of = facts.get(`${claim.namespace}/${claim.name}`);
      const by = new Date(Math.floor(end.getTime() / grainMs) * grainMs);
      const known = of && proveBy.get(of);
      if (of !== undefined && (known === undefined || by < known)) proveBy.set(of, by);
    }
  }
  return { ask: chooseTests(found, free), proveBy };
}

/** One test of a claim at a time, also when two policies ask for one. */
function chooseTests(found: readonly FoundTest[], free: number): DueTest[] {
  const chosen = new Map<string, DueTest>();
  for (const { policy, claim, dueAt, point } of found.toSorted((a, b) => a.by.getTime() - b.by.getTime())) {
    const { namespace, name } = claim;
    const key = `${namespace}/${name}`;
    if (chosen.size < free && !chosen.has(key)) {
      chosen.set(key, { policy, namespace, claim: name, dueAt, ...(point === undefined ? {} : { point }) });
    }
  }
  return [...chosen.values()];
}

/** What is decided about one claim: its record, and the backups that are due. Pure. */
import type { CoverageRecord } from '@soteria/shared/coverage/coverage-record.ts';
import { type CoverageCode, reasonOf } from '@soteria/shared/coverage/reasons.ts';
import type { ClaimMatch } from '../match/match-claims.ts';
import type { ClaimFacts, PolicyProgress } from './claim-facts.ts';
import { dueOf, isSkippedUnchanged, missOf, type PolicyMoment } from './policy-moment.ts';

/** Why nothing becomes due anywhere. */
export interface Hindrance {
  readonly code: 'paused' | 'target_unavailable' | 'catalogue_empty';
  readonly detail: string;
}

export interface Circumstances {
  readonly now: Date;
  readonly hindrance: Hindrance | undefined;
  /** A claim without a policy counts as protected by others while their newest point is younger than this. */
  readonly othersFreshMs: number;
}

/** What one policy says of a claim. */
interface Verdict {
  readonly code: CoverageCode;
  readonly policy: string;
  readonly detail?: string | undefined;
  readonly dueAt?: Date | undefined;
}

export interface JudgedClaim {
  readonly record: CoverageRecord;
  /** Policies by which it is due now, each with its instant. */
  readonly due: readonly { readonly policy: string; readonly dueAt: Date }[];
}

const nothingDue: JudgedClaim['due'] = [];

/** What a tick knows of a claim beside its facts. */
export interface ClaimContext {
  readonly match: ClaimMatch;
  /** Of the policies that take it. */
  readonly moments: readonly PolicyMoment[];
  /** By the tick before. */
  readonly recorded: CoverageRecord | undefined;
}

export function judgeClaim(claim: ClaimFacts, context: ClaimContext, circumstances: Circumstances): JudgedClaim {
  const { match, moments, recorded } = context;
  if (moments.length === 0) return { record: recordWithoutPolicy(claim, match, circumstances), due: nothingDue };
  const verdicts = moments.map((moment) => judgeByPolicy(claim, moment, circumstances));
  const told = verdicts.reduce((first, next) => (weightOf(next.code) < weightOf(first.code) ? next : first));
  const missedAt = earliestMiss(claim, moments, recorded);
  const due = verdicts.flatMap(({ code, policy, dueAt }) =>
    code === 'due' && dueAt !== undefined ? [{ policy, dueAt }] : [],
  );
  const record = { ...recordOf(told, missedAt, makerOf(claim, moments)), ...rpoOf(moments), ...nextOf(moments) };
  return { record, due: due.length === 0 ? nothingDue : due };
}

function rpoOf(moments: readonly PolicyMoment[]): Pick<CoverageRecord, 'rpoSeconds'> {
  let smallestMs = Infinity;
  for (const { policy } of moments) smallestMs = Math.min(smallestMs, policy.rpoMs ?? Infinity);
  return smallestMs === Infinity ? {} : { rpoSeconds: smallestMs / 1000 };
}

function nextOf(moments: readonly PolicyMoment[]): Pick<CoverageRecord, 'nextDueAt'> {
  let earliest: Date | undefined;
  for (const { nextAt } of moments) {
    if (nextAt !== undefined && (earliest === undefined || nextAt < earliest)) earliest = nextAt;
  }
  return earliest === undefined ? {} : { nextDueAt: earliest.toISOString() };
}

function earliestMiss(
  claim: ClaimFacts,
  moments: readonly PolicyMoment[],
  recorded: CoverageRecord | undefined,
): Date | undefined {
  const missedSince = recorded?.missedSince === undefined ? undefined : new Date(recorded.missedSince);
  let earliest: Date | undefined;
  for (const moment of moments) {
    const at = missOf(moment, claim, missedSince);
    if (at !== undefined && (earliest === undefined || at < earliest)) earliest = at;
  }
  return earliest;
}

/** What needs somebody first, then what happens, then what rests. */
function weightOf(code: CoverageCode): number {
  const { state, isAccounted, fix } = reasonOf(code) as { state: string; isAccounted: boolean; fix?: string };
  if (!isAccounted) return 0;
  if (state === 'due') return 1;
  if (state === 'running') return 2;
  return fix === undefined ? 4 : 3;
}

function judgeByPolicy(claim: ClaimFacts, moment: PolicyMoment, { hindrance }: Circumstances): Verdict {
  const policy = moment.policy.id;
  const { obstacle } = claim;
  if (obstacle !== undefined) return { policy, ...obstacle };
  const progress = claim.progress?.get(policy);
  if (progress?.asked?.state === 'open') return { policy, code: 'running', dueAt: progress.asked.dueAt };
  const due = dueOf(moment, claim);
  if (due === undefined) return { policy, code: 'no_schedule' };
  const isPassed = !due.isDue && (due.why === 'missed_and_passed' || due.why === 'deadline_passed');
  if (isPassed && isSkippedUnchanged(moment, claim)) return { policy, code: 'unchanged' };
  if (!due.isDue) return { policy, ...(due.why === 'fresh' ? endOf(moment, progress) : { code: due.why }) };
  if (hindrance !== undefined) return { policy, ...hindrance };
  return isSkippedUnchanged(moment, claim) ? { policy, code: 'unchanged' } : { policy, code: 'due', dueAt: due.at };
}

/** The last due instant was asked for, or a point is younger. */
function endOf(moment: PolicyMoment, progress: PolicyProgress | undefined): Pick<Verdict, 'code' | 'detail'> {
  const asked = progress?.asked;
  const last = moment.due?.moment.last;
  if (asked === undefined || last === undefined || asked.dueAt < last) return { code: 'fresh' };
  switch (asked.state) {
    case 'failed':
      return {
        code: asked.errorCode === 'volume_faulted' ? 'volume_faulted' : 'last_attempt_failed',
        detail: asked.why,
      };
    case 'skipped':
      return { code: asked.errorCode === 'volume_faulted' ? 'volume_faulted' : 'volume_unusable', detail: asked.why };
    case 'unchanged':
      return { code: 'unchanged' };
    case 'open':
    case 'succeeded':
      return { code: 'fresh' };
  }
}

/** Whose point is the newest, when it is none of the policies that take the claim. */
function makerOf({ newest }: ClaimFacts, moments: readonly PolicyMoment[]): string | undefined {
  if (newest === undefined) return undefined;
  return moments.some(({ policy }) => newest.by === `policy/${policy.id}`) ? undefined : newest.by;
}

function recordOf(
  { code, policy, detail, dueAt }: Verdict,
  missedAt: Date | undefined,
  by: string | undefined,
): CoverageRecord {
  return {
    code,
    policy,
    ...(detail === undefined ? {} : { detail }),
    ...(dueAt === undefined ? {} : { dueAt: dueAt.toISOString() }),
    ...(missedAt === undefined ? {} : { missedSince: missedAt.toISOString() }),
    ...(by === undefined ? {} : { protectedBy: by }),
  };
}

function recordWithoutPolicy(
  claim: ClaimFacts,
  match: ClaimMatch,
  { now, othersFreshMs }: Circumstances,
): CoverageRecord {
  const { exclusion, excludedBy, unknown } = match;
  if (exclusion !== undefined) {
    return exclusion.why === '' ? { code: exclusion.code } : { code: exclusion.code, detail: exclusion.why };
  }
  const { newest, obstacle } = claim;
  const protectedBy = newest === undefined ? {} : { protectedBy: newest.by };
  if (unknown.length > 0) return { code: 'unknown_policy', detail: unknown.join(', '), ...protectedBy };
  if (excludedBy !== undefined) return { code: 'excluded_by_policy', policy: excludedBy };
  const isFresh = newest !== undefined && newest.at <= now && now.getTime() - newest.at.getTime() <= othersFreshMs;
  if (isFresh) return { code: 'protected_by_others', ...protectedBy };
  if (obstacle?.code === 'no_driver') return { code: 'no_driver', detail: obstacle.detail };
  return { code: 'no_policy', ...protectedBy };
}

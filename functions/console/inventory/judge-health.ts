/** Whether a claim is safe now, from what the last evaluation decided and the age of its newest point. Pure. */
import { type CoverageRecord, isAccounted } from '@soteria/shared/coverage/coverage-record.ts';
import { reasonOf } from '@soteria/shared/coverage/reasons.ts';
import type { ClaimHealth, ClaimState } from '@soteria/shared/http-contract/console-answers.ts';

export interface Health {
  readonly health: ClaimHealth;
  readonly state: ClaimState;
  /** The decision of the last evaluation, or why there is none. */
  readonly code: string;
  /** `objective_missed`, or `code`. */
  readonly reason: string;
  readonly why: string;
  readonly fix: string | undefined;
}

const notEvaluated: Health = {
  health: 'unknown',
  state: 'unknown',
  code: 'not_evaluated',
  reason: 'not_evaluated',
  why: 'no evaluation of the policies has looked at it yet',
  fix: 'apply a policy; the hourly sweep evaluates too',
};

/** `ageMs`: of the data of its newest restorable point; undefined: it has none. */
export function judgeHealth(record: CoverageRecord | undefined, ageMs: number | undefined): Health {
  if (record === undefined) return notEvaluated;
  const { code, detail } = record;
  const { state, why, fix } = reasonOf(code);
  const told = { state, code, why: detail === undefined ? why : `${why}: ${detail}` };
  if (isLate(record, ageMs)) {
    const since = record.missedSince === undefined ? '' : ` since ${record.missedSince}`;
    return {
      ...told,
      health: 'late',
      reason: 'objective_missed',
      why: `its objective is missed${since}; ${told.why}`,
      fix: fix ?? 'ask for a backup now, and read the Operation that failed last',
    };
  }
  return { ...told, health: isAccounted(record) ? 'safe' : 'unprotected', reason: code, fix };
}

/** The objective may be missed since the last evaluation. A claim in which nothing has changed is as safe as its newest point. */
function isLate({ code, missedSince, rpoSeconds }: CoverageRecord, ageMs: number | undefined): boolean {
  if (missedSince !== undefined) return true;
  return code !== 'unchanged' && rpoSeconds !== undefined && ageMs !== undefined && ageMs > rpoSeconds * 1000;
}

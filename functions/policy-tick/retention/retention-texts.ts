/** What the codes of `decide-retention.ts` mean to a reader. A code without a text does not compile. */
import type { Bucket, KeepReason, RetentionDecision } from './decide-retention.ts';

const fieldOf: Readonly<Record<Bucket, string>> = {
  last: 'keepLast',
  hourly: 'keepHourly',
  daily: 'keepDaily',
  weekly: 'keepWeekly',
  monthly: 'keepMonthly',
  yearly: 'keepYearly',
};

const keepTexts: Readonly<Record<Exclude<KeepReason['code'], 'oldest'>, string>> = {
  last: 'keepLast counts it',
  hourly: 'it is the newest of its hour, and keepHourly counts it',
  daily: 'it is the newest of its day, and keepDaily counts it',
  weekly: 'it is the newest of its week, and keepWeekly counts it',
  monthly: 'it is the newest of its month, and keepMonthly counts it',
  yearly: 'it is the newest of its year, and keepYearly counts it',
  within: 'keepWithin covers it',
  newest: 'the newest good restore point is never deleted',
  last_verified: 'the last verified restore point is never deleted',
  not_replaced_by_a_verified_one: 'latestOnly keeps it until a newer restore point is verified',
  held: 'it is held, or a restore or a restore test that has not ended reads it',
  too_young: 'it is younger than minAge',
  from_the_future: 'its instant lies in the future',
  not_own: 'another maker made it',
  not_restorable: 'it is not complete',
  claim_deleted: 'its claim is deleted, and retainDeleted does not say that its time is over',
  no_rule: 'the policy has no retention that deletes anything',
};

export function keepText(reason: KeepReason): string {
  if (reason.code !== 'oldest') return keepTexts[reason.code];
  return `it is the oldest restore point, and the count of ${fieldOf[reason.rule]} is not used up`;
}

export function expiredText({ isRefuted }: RetentionDecision['expired'][number]): string {
  return isRefuted ? 'a restore test has refuted it' : 'no field of the retention keeps it';
}

interface HeldBackText {
  readonly why: string;
  readonly fix: string;
}

/** Why no expired point is deleted now. */
export const heldBackTexts: Readonly<Record<RetentionDecision['heldBack'][number], HeldBackText>> = {
  newest_attempt_failed: {
    why: 'the newest backup of the claim has failed',
    fix: 'read the Operation that failed; after the next good backup the points are deleted',
  },
  target_unavailable: { why: 'the backup target is unavailable', fix: 'mend the backup target' },
  shared_cluster_id: {
    why: 'another living cluster writes restore points under the id of this one',
    fix: 'give one of the clusters another SOTERIA_CLUSTER_ID',
  },
  first_prune_unconfirmed: {
    why: 'the first prune after the installation or an import waits for a yes',
    fix: 'look at the plan (POST /v1/policies/{id}/prune with dry_run), and confirm it',
  },
  breaker: {
    why: 'more than the share that `breaker` allows would be deleted at once',
    fix: 'look at the plan (POST /v1/policies/{id}/prune with dry_run), and confirm it; or raise `breaker`',
  },
};

/**
 * What one Prune deletes, of one policy and one volume of a claim. Pure. The tick, the door and the mover all ask here, so that what is shown
 * is what is done. The digest names the points that would be deleted: who confirms it has confirmed these and no others.
 */
import { maxPruned } from '@soteria/shared/operation/kinds/Prune.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';
import type { RetentionDecision } from '../retention/decide-retention.ts';
import { type ClaimPoints, decideClaimRetention, type RetentionCircumstances } from '../retention/gather-points.ts';

export interface PruneQuestion {
  readonly policy: ResolvedPolicy;
  readonly of: ClaimPoints;
  /** A Prune of this policy has deleted points before. */
  readonly hasPruned: boolean;
  /** Beside those that follow from the points and the policy. */
  readonly hindrances: RetentionCircumstances['hindrances'];
  /** The digest that a person has confirmed. */
  readonly confirm?: string | undefined;
  readonly now: Date;
}

export interface PrunePlan extends RetentionDecision {
  readonly of: ClaimPoints;
  /** Oldest first, at most so many as one Prune deletes. The other expired points are for the Prune after this one. */
  readonly remove: RetentionDecision['expired'];
  readonly digest: string;
}

/** A person's yes is all that is missing. */
export function needsYes({ heldBack }: Pick<PrunePlan, 'heldBack'>): boolean {
  return heldBack.length > 0 && heldBack.every((why) => why === 'breaker' || why === 'first_prune_unconfirmed');
}

export function planPrune({ policy, of, hasPruned, hindrances, confirm, now }: PruneQuestion): PrunePlan {
  const { keep, expired } = decideClaimRetention(policy, of, { now, hindrances: [] });
  const remove = expired.slice(0, maxPruned);
  const digest = digestOf(of, remove);
  const isConfirmed = confirm === digest;
  const all = hasPruned || isConfirmed ? hindrances : [...hindrances, 'first_prune_unconfirmed' as const];
  const { heldBack } = decideClaimRetention(policy, of, { now, hindrances: all, isConfirmed });
  return { of, keep, expired, heldBack, remove, digest };
}

/** Something is deleted, at once or after a yes. */
export function isActionable(plan: PrunePlan): boolean {
  return plan.remove.length > 0 && (plan.heldBack.length === 0 || needsYes(plan));
}

/** Of several plans: who confirms it has confirmed the points of all of them. */
export function digestOfAll(plans: readonly PrunePlan[]): string {
  return shortHash(JSON.stringify(plans.map(({ digest }) => digest).toSorted()), 24);
}

function digestOf({ policy, namespace, pvc, volume }: ClaimPoints, remove: PrunePlan['remove']): string {
  return shortHash(JSON.stringify([policy, namespace, pvc, volume, remove.map(({ id }) => id).toSorted()]), 24);
}

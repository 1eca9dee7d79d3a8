/** Why a prune deletes nothing, or nothing more. Pure. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { needsYes, type PrunePlan } from './plan-prune.ts';
import type { PruneFacts } from './world.ts';

export function notPruned(operation: Operation): string {
  const { namespace, pvc } = sourceRefOf(operation);
  return `restore points of claim ${namespace}/${pvc} were not pruned by policy ${operation.spec.request.policy ?? ''}`;
}

export function policyGone(operation: Operation): SoteriaError {
  return new SoteriaError('not_found', {
    what: notPruned(operation),
    why: 'there is no such policy, or a mistake disables it: its points stay',
    fix: 'see GET /v1/policies; points of a policy that is gone can be deleted in Longhorn',
  });
}

export function claimGone(operation: Operation): SoteriaError {
  return new SoteriaError('claim_not_found', {
    what: notPruned(operation),
    why: 'the claim is gone or has no volume of Longhorn, and the request names no earlier volume',
    fix: 'name the volume in spec.request.volume; POST /v1/policies/{id}/prune with dry_run shows them',
  });
}

export function planChanged(operation: Operation, { digest }: PrunePlan): SoteriaError {
  return new SoteriaError('precondition_failed', {
    what: notPruned(operation),
    why: `what would be deleted is no longer what was confirmed: the plan is ${digest} now, and ${operation.spec.request.confirm ?? ''} was confirmed`,
    fix: 'look at the plan anew (POST /v1/policies/{id}/prune with dry_run), and confirm its digest',
  });
}

/** Undefined: nothing stands against the plan. */
export function whyHeldBack(operation: Operation, plan: PrunePlan, facts: PruneFacts): SoteriaError | undefined {
  const { heldBack, of } = plan;
  const what = notPruned(operation);
  if (heldBack.length === 0) return undefined;
  if (needsYes(plan)) return confirmationNeeded(what, plan);
  if (heldBack.includes('shared_cluster_id') && facts.sharedId !== undefined) return facts.sharedId;
  if (heldBack.includes('target_unavailable')) {
    const why = [...facts.away.values()].join('; ');
    return new SoteriaError('target_unavailable', {
      what,
      why,
      fix: 'make the target reachable; the next tick asks again',
    });
  }
  return new SoteriaError('unprocessable', {
    what,
    why: `the newest backup of claim ${of.namespace}/${of.pvc} has failed: older points are not deleted meanwhile`,
    fix: 'mend the backup; the tick after the next success prunes',
  });
}

export function confirmationNeeded(what: string, { heldBack, of, expired, digest }: PrunePlan): SoteriaError {
  const { policy, namespace, pvc, volume, points } = of;
  const count = `${expired.length} of ${points.length} points of volume ${volume} expire`;
  const why = heldBack.includes('breaker')
    ? `${count}, which is more than the policy allows without a yes (retention.breaker)`
    : `${count}, and no prune of policy ${policy} has deleted anything yet: the first one waits for a yes`;
  const fix = `look at the plan: POST /v1/policies/${policy}/prune with {"namespace": "${namespace}", "pvc": "${pvc}", "dry_run": true}; then say yes with "confirm", or create an Operation of kind Prune with spec.request.confirm: ${digest}`;
  return new SoteriaError('confirmation_needed', { what, why, fix }, { details: { plan: digest } });
}

export function cancelled(operation: Operation): SoteriaError {
  return new SoteriaError('cancelled', {
    what: notPruned(operation),
    why: 'somebody cancelled the operation',
    fix: 'what was deleted until then stays deleted; the next tick asks for the rest',
  });
}

export function stalled(operation: Operation, why: string): SoteriaError {
  return new SoteriaError('prune_failed', {
    what: notPruned(operation),
    why,
    fix: 'remove the cause in Longhorn; the next tick asks for what is left',
  });
}

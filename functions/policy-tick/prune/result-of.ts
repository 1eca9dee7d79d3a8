/** What a prune has done, as far as it got. Pure. */
import { maxPruned } from '@soteria/shared/operation/kinds/Prune.ts';
import type { OperationResult, OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { shorten } from '@soteria/shared/operation/record/status.ts';
import type { KeepReason } from '../retention/decide-retention.ts';
import type { PrunePlan } from './plan-prune.ts';

/** `daily`, `oldest yearly`, `last_verified`. */
export function keepText(reason: KeepReason): string {
  return 'rule' in reason ? `${reason.code} ${reason.rule}` : reason.code;
}

/** Without a plan: what stays was not looked at. */
export function resultOf({ work }: OperationStatus, plan?: PrunePlan): OperationResult {
  const deletedPoints = work?.gone ?? [];
  if (plan === undefined) return { deletedPoints };
  const gone = new Set([...deletedPoints, ...plan.expired.map(({ id }) => id)]);
  const kept = plan.keep.filter(({ id }) => !gone.has(id));
  return {
    deletedPoints,
    keptCount: plan.of.points.length - plan.expired.length,
    kept: kept.slice(0, maxPruned).map(({ id, why }) => shorten(`${id}: ${why.map(keepText).join(', ')}`, 256)),
  };
}

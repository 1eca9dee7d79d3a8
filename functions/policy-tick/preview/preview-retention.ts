/** What the retention of a policy would keep and delete now, and why each point: the plans of its prunes, point by point. Pure. */
import type { PolicyPreviewAnswer } from '@soteria/shared/http-contract/policy-answers.ts';
import type { PrunePlan } from '../prune/plan-prune.ts';
import type { KeepReason, RetentionDecision } from '../retention/decide-retention.ts';
import { expiredText, heldBackTexts, keepText } from '../retention/retention-texts.ts';
import { type Page, pageBehind } from './page-behind.ts';

type Retention = NonNullable<PolicyPreviewAnswer['retention']>;
type Item = Retention['items'][number];

export interface RetentionAsked extends Page {
  /** Undefined: all. */
  readonly decision?: Item['decision'] | undefined;
}

const keptBecause = (reason: KeepReason) => ({ code: reason.code, why: keepText(reason) });

function itemsOf({ of: { namespace, pvc, isDeleted }, keep, expired, heldBack }: PrunePlan): Item[] {
  const of = { namespace, pvc, claim_deleted: isDeleted };
  const fate = heldBack.length === 0 ? 'delete' : 'held_back';
  return [
    ...keep.map(({ id, at, why }) => ({
      ...of,
      id,
      data_as_of: at.toISOString(),
      decision: 'keep' as const,
      reasons: why.map(keptBecause),
    })),
    ...expired.map((one) => ({
      ...of,
      id: one.id,
      data_as_of: one.at.toISOString(),
      decision: fate as Item['decision'],
      reasons: [{ code: one.isRefuted ? 'refuted' : 'expired', why: expiredText(one) }],
    })),
  ];
}

export function previewRetention(plans: readonly PrunePlan[], asked: RetentionAsked): Retention {
  const counts = { keep: 0, delete: 0, held_back: 0 };
  const heldBack = new Map<RetentionDecision['heldBack'][number], number>();
  const items: Item[] = [];
  for (const plan of plans) {
    for (const code of plan.heldBack) heldBack.set(code, (heldBack.get(code) ?? 0) + 1);
    for (const item of itemsOf(plan)) {
      counts[item.decision] += 1;
      if (asked.decision === undefined || item.decision === asked.decision) items.push(item);
    }
  }
  // By claim, then the oldest first.
  const keyOf = ({ namespace, pvc, data_as_of: at, id }: Item) => [`${namespace}/${pvc}`, `${at} ${id}`] as const;
  return {
    ...counts,
    held_back_because: [...heldBack].map(([code, of]) => Object.assign({ code, claims: of }, heldBackTexts[code])),
    ...pageBehind(items, keyOf, asked),
  };
}

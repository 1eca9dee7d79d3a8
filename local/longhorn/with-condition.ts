/** Longhorn's conditions: a list, replaced as a whole by a merge patch. Pure. */
import type { VolumeResource } from '@soteria/shared/longhorn/wire.ts';

type Conditions = NonNullable<NonNullable<VolumeResource['status']>['conditions']>;
type Condition = Conditions[number];

export interface ConditionText {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

/** The list with this condition in it. The condition keeps the instant of its last change when its status is the same. */
export function withCondition(
  conditions: Conditions | null | undefined,
  { type, status, reason = '', message = '' }: ConditionText,
  now: string,
): Conditions {
  const before = conditionOf(conditions, type);
  const lastTransitionTime = before?.status === status ? (before['lastTransitionTime'] ?? now) : now;
  const others = (conditions ?? []).filter((each) => each.type !== type);
  return [...others, { type, status, reason, message, lastProbeTime: '', lastTransitionTime }];
}

export function conditionOf(conditions: Conditions | null | undefined, type: string): Condition | undefined {
  return conditions?.find((each) => each.type === type);
}

/** The status of a volume after each step of its restore (longhorn.md 3.3). Pure. */
import type { VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import type { RestoreAction } from './decide-restore.ts';
import { type ConditionText, withCondition } from './with-condition.ts';

type Status = NonNullable<VolumeResource['status']>;

/** `finish`: every byte is in place. */
export type RestoreStep =
  | Exclude<RestoreAction, { readonly type: 'nothing' | 'waitForSlot' | 'advance' }>
  | { readonly type: 'finish' };

export function isRestored({ status }: Pick<VolumeResource, 'status'>): boolean {
  return status?.restoreInitiated === true && status.restoreRequired !== true;
}

/** A merge patch of the status; `now`: RFC 3339. */
export function statusAfter(
  step: RestoreStep,
  { status }: Pick<VolumeResource, 'status'>,
  { now, nodeName }: { readonly now: string; readonly nodeName: string },
): Partial<Status> {
  const withText = (changed: Partial<Status>, text: ConditionText): Partial<Status> => ({
    ...changed,
    conditions: withCondition(status?.conditions, text, now),
  });
  switch (step.type) {
    case 'initiate':
      return { state: 'creating', robustness: 'unknown', restoreInitiated: true, restoreRequired: true };
    case 'sayUnscheduled': {
      const { message } = step;
      return withText({}, { type: 'Scheduled', status: 'False', reason: 'ReplicaSchedulingFailure', message });
    }
    case 'goTo':
      return withText({ state: step.state, robustness: 'unknown' }, { type: 'Scheduled', status: 'True' });
    case 'begin': {
      const begun = { state: 'attached', robustness: 'degraded', currentNodeID: nodeName, frontendDisabled: true };
      return withText(begun, { type: 'Restore', status: 'True', reason: 'RestoreInProgress' });
    }
    case 'finish':
      return withText({ restoreRequired: false, robustness: 'healthy' }, { type: 'Restore', status: 'False' });
    case 'fail': {
      const failed = { state: 'detached', robustness: 'faulted', currentNodeID: '' };
      const message = 'All replica restore failed and the volume became Faulted';
      return withText(failed, { type: 'Restore', status: 'False', reason: 'RestoreFailure', message });
    }
  }
}

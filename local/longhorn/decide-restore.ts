/** The steps of a volume made from a backup until it holds its bytes (longhorn.md 3.3). Pure. */
import type { Faults } from './fault-table.ts';

export interface RestoreSituation {
  readonly name: string;
  readonly state: string;
  readonly isInitiated: boolean;
  /** The volume's condition reports the failure, which is final. */
  readonly hasFailed: boolean;
  /** The message of its condition Scheduled when that is False. */
  readonly unscheduled: string | undefined;
  readonly isTargetAvailable: boolean;
  readonly isSlotFree: boolean;
  readonly faults: Faults;
}

export type RestoreAction =
  | { readonly type: 'nothing' }
  /** The status was empty until now: `restoreRequired` alone is the same at the beginning and at the end. */
  | { readonly type: 'initiate' }
  | { readonly type: 'sayUnscheduled'; readonly message: string }
  | { readonly type: 'goTo'; readonly state: 'detached' | 'attaching' }
  | { readonly type: 'waitForSlot' }
  /** Attached without a frontend, with an engine that will report the progress. */
  | { readonly type: 'begin' }
  | { readonly type: 'advance' }
  | { readonly type: 'fail' };

const nothing: RestoreAction = { type: 'nothing' };

export function decideRestore(volume: RestoreSituation): RestoreAction {
  const { faults, state, name } = volume;
  if (volume.hasFailed) return nothing;
  if (!volume.isInitiated) return { type: 'initiate' };
  if (faults.faultedVolume === name) return { type: 'fail' };
  if (state === 'attached') return decideProgress(volume);
  if (faults.unschedulable !== undefined) {
    const isSaid = volume.unscheduled === faults.unschedulable;
    return isSaid ? nothing : { type: 'sayUnscheduled', message: faults.unschedulable };
  }
  if (state === 'detached') return volume.isSlotFree ? { type: 'goTo', state: 'attaching' } : { type: 'waitForSlot' };
  if (state !== 'attaching') return { type: 'goTo', state: 'detached' };
  return faults.slowAttach === true || faults.nodeGone === true ? nothing : { type: 'begin' };
}

function decideProgress({ faults, isTargetAvailable }: RestoreSituation): RestoreAction {
  if (faults.stuckRestore === true) return nothing;
  if (faults.faultedRestore === true || faults.nodeGone === true || !isTargetAvailable) return { type: 'fail' };
  return { type: 'advance' };
}

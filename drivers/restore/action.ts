/** What the function does for one restore, whatever its driver; each driver adds actions of its own under other names. */
import type { Draft } from '@soteria/shared/kubernetes/client.ts';
import type { Job, PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { AnyAction } from '@soteria/shared/operation/engine/advance.ts';
import type { SlotNeed } from '@soteria/shared/operation/queue/decide-slots.ts';
import type { OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import type { ClaimJudgement } from '@soteria/shared/restore-points/verified-points.ts';
import type { FunctionPlace } from './world.ts';

export type RestoreFactName = 'started' | 'completed' | 'failed' | 'skipped';

/** One very object, by its uid. */
export interface This {
  readonly name: string;
  readonly uid: string;
}

/** The status says what is waited for, or how the wait has ended. */
export type WaitStep = { readonly do: 'wait' } | { readonly do: 'record'; readonly status: OperationStatus };

/** `Place`: where the driver looks. */
export type RestoreStep<Place extends string = string> =
  | { readonly do: 'look'; readonly at: FunctionPlace | Place }
  | { readonly do: 'label' }
  | { readonly do: 'record'; readonly status: OperationStatus }
  | { readonly do: 'enter-slot'; readonly need: SlotNeed }
  | { readonly do: 'leave-slot' }
  | { readonly do: 'enter-budget'; readonly bytes: bigint }
  | { readonly do: 'leave-budget' }
  | { readonly do: 'create-persistent-volume'; readonly draft: Draft<PersistentVolume> }
  | { readonly do: 'create-claim'; readonly draft: Draft<PersistentVolumeClaim> }
  | { readonly do: 'grow-claim'; readonly claim: This; readonly size: string }
  | { readonly do: 'keep-claim'; readonly claim: This }
  | { readonly do: 'keep-persistent-volume'; readonly persistentVolume: This }
  | { readonly do: 'create-job'; readonly draft: Draft<Job>; readonly as: 'proof' | 'command' }
  | { readonly do: 'delete-job'; readonly job: This; readonly as: 'proof' | 'command' }
  | { readonly do: 'keep-proof'; readonly judged: ClaimJudgement }
  | { readonly do: 'delete-claim'; readonly claim: This }
  | { readonly do: 'delete-persistent-volume'; readonly persistentVolume: This }
  | { readonly do: 'announce'; readonly fact: RestoreFactName }
  /** Nothing until something changes; the record says what is waited for. */
  | { readonly do: 'wait' }
  /** Nothing ever again. */
  | { readonly do: 'rest' };

const steps: Readonly<Record<RestoreStep['do'], true>> = {
  look: true,
  label: true,
  record: true,
  'enter-slot': true,
  'leave-slot': true,
  'enter-budget': true,
  'leave-budget': true,
  'create-persistent-volume': true,
  'create-claim': true,
  'grow-claim': true,
  'keep-claim': true,
  'keep-persistent-volume': true,
  'create-job': true,
  'delete-job': true,
  'keep-proof': true,
  'delete-claim': true,
  'delete-persistent-volume': true,
  announce: true,
  wait: true,
  rest: true,
};

export function isStep(action: AnyAction): action is RestoreStep {
  return Object.hasOwn(steps, action.do);
}

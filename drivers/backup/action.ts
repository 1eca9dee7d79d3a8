/** What the function does for one operation, whatever its driver; each driver adds actions of its own under other names. */
import type { AnyAction } from '@soteria/shared/operation/engine/advance.ts';
import type { SlotNeed } from '@soteria/shared/operation/queue/decide-slots.ts';
import type { OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import type { FunctionPlace } from './world.ts';

export type BackupFact = 'started' | 'completed' | 'failed' | 'skipped';

export interface RecordStep {
  readonly do: 'record';
  readonly status: OperationStatus;
}

/** `Place`: where the driver looks. */
export type BackupStep<Place extends string = string> =
  /** Several places at once, where none tells what to look for at another. */
  | { readonly do: 'look'; readonly at: FunctionPlace | Place | readonly (FunctionPlace | Place)[] }
  | { readonly do: 'label' }
  | RecordStep
  | { readonly do: 'enter-slot'; readonly need: SlotNeed }
  | { readonly do: 'leave-slot' }
  /** While something runs, the sweep comes every two minutes. */
  | { readonly do: 'keep-awake' }
  | { readonly do: 'announce'; readonly fact: BackupFact }
  /** Nothing until something changes; the record says what is waited for. */
  | { readonly do: 'wait' }
  /** Nothing ever again. */
  | { readonly do: 'rest' };

const steps: ReadonlySet<string> = new Set<BackupStep['do']>([
  'look',
  'label',
  'record',
  'enter-slot',
  'leave-slot',
  'keep-awake',
  'announce',
  'wait',
  'rest',
]);

export function isStep(action: AnyAction): action is BackupStep {
  return steps.has(action.do);
}

/** What the switch of `settings/paused.ts` holds back of an operation. */
import { pausedMessage } from '../../settings/paused.ts';
import type { AdvanceCall, AnyAction } from './advance.ts';
import { isTerminal, type Operation } from '../record/schema.ts';
import { statusOf, waiting } from '../record/status.ts';
import type { OperationStore } from '../record/store.ts';

export interface PauseTools {
  readonly store: Pick<OperationStore, 'replaceStatus'>;
  readonly isPaused: (signal?: AbortSignal) => Promise<boolean>;
}

/** By their names, so that no new one is forgotten. Looking, recording, marking, telling and following go on. */
export function isHeldByPause(action: AnyAction): boolean {
  return /^(create|delete|enter)-/.test(action.do);
}

/** For a Mover's `hold`: what creates or deletes waits while Soteria is paused, and the record says so. */
export function holdWhilePaused({ store, isPaused }: PauseTools) {
  return async (
    { operation }: { readonly operation: Operation },
    action: AnyAction,
    { signal }: AdvanceCall,
  ): Promise<Operation | undefined> => {
    if (!isHeldByPause(action) || !(await isPaused(signal))) return undefined;
    const status = statusOf(operation);
    const held = waiting(status, pausedMessage);
    const isTold = isTerminal(status.phase) || held.message === operation.status?.message;
    return isTold ? operation : store.replaceStatus(operation, held, signal);
  };
}

/**
 * The one switch: `paused: "true"` in the ConfigMap `soteria-settings` of Soteria's namespace. While it is on nothing is created in
 * Longhorn and nothing is deleted anywhere; requests are recorded, what runs is followed, everything can be read.
 */
import type { KubernetesClient } from '../kubernetes/client.ts';
import { configMaps } from '../kubernetes/core-types.ts';
import type { AdvanceCall, AnyAction } from './advance.ts';
import { isTerminal, type Operation } from './schema.ts';
import { statusOf, waiting } from './status.ts';
import type { OperationStore } from './store.ts';

export const settingsName = 'soteria-settings';

export const pausedMessage = `Soteria is paused: nothing is created or deleted until "paused" in the ConfigMap ${settingsName} is no longer "true"`;

export async function readPaused(client: KubernetesClient, namespace: string, signal?: AbortSignal): Promise<boolean> {
  const settings = await client.get(configMaps, { namespace, name: settingsName }, { signal });
  return settings?.data?.['paused']?.trim() === 'true';
}

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

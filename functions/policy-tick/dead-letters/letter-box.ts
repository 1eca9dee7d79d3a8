/** Where dead letters lie: one ConfigMap that people can read with kubectl. */
import { deadLettersName } from '@soteria/shared/events/dead-letters.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { updateConfigMap } from '@soteria/shared/kubernetes/update-config-map.ts';
import { type DeadLetter, parseLetters, withLetter, withoutLetter } from './letter.ts';

export interface LetterBox {
  put(letter: DeadLetter, signal?: AbortSignal): Promise<void>;
  /** The newest first. */
  list(signal?: AbortSignal): Promise<readonly DeadLetter[]>;
  /** Only the letter that was read: when it was refused and kept again since, it stays. */
  remove(letter: DeadLetter, signal?: AbortSignal): Promise<void>;
}

export function createLetterBox(client: KubernetesClient, namespace: string): LetterBox {
  const ref = { namespace, name: deadLettersName };
  return {
    put: (letter, signal) =>
      updateConfigMap(client, ref, (data) => ({ data: withLetter(data, letter), answer: undefined }), signal),
    list: async (signal) => parseLetters((await client.get(configMaps, ref, { signal }))?.data ?? {}),
    remove: (letter, signal) =>
      updateConfigMap(client, ref, (data) => ({ data: withoutLetter(data, letter), answer: undefined }), signal),
  };
}

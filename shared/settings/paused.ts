/**
 * The one switch: `paused: "true"` in the ConfigMap `soteria-settings` of Soteria's namespace. While it is on nothing is created in
 * Longhorn and nothing is deleted anywhere; requests are recorded, what runs is followed, everything can be read.
 */
import type { KubernetesClient } from '../kubernetes/client.ts';
import { configMaps } from '../kubernetes/core-types.ts';

export const settingsName = 'soteria-settings';

export const pausedMessage = `Soteria is paused: nothing is created or deleted until "paused" in the ConfigMap ${settingsName} is no longer "true"`;

export async function readPaused(client: KubernetesClient, namespace: string, signal?: AbortSignal): Promise<boolean> {
  const settings = await client.get(configMaps, { namespace, name: settingsName }, { signal });
  return settings?.data?.['paused']?.trim() === 'true';
}

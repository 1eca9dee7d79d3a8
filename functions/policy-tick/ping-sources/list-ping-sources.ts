/** Apart from what keeps them: a first event without policies loads nothing of the calendar. */
import { type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { pingSources } from '@soteria/shared/operation/engine/own-ping.ts';

/** On the PingSources that wake this function for policies. */
export const tickLabel = 'soteria.dev/tick';

/** Names of those that are there and are not being deleted. */
export async function listPingSources(
  client: KubernetesClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const present: string[] = [];
  for await (const { metadata } of listAll(client, pingSources, { namespace, labelSelector: tickLabel }, { signal })) {
    if (metadata.deletionTimestamp === undefined) present.push(metadata.name);
  }
  return present;
}

/** When the policies were last evaluated: beside what is remembered of each policy, in one ConfigMap. */
import type { KubernetesClient } from '../kubernetes/client.ts';
import { configMaps } from '../kubernetes/core-types.ts';

export const policyMemoryName = 'soteria-policy-memory';

/** No policy has such an id. */
export const evaluatedKey = '_evaluated';

/** How many policies the last evaluation knew, and when it was complete. */
export async function readLastEvaluation(client: KubernetesClient, namespace: string, signal?: AbortSignal) {
  const config = await client.get(configMaps, { namespace, name: policyMemoryName }, { signal });
  const { [evaluatedKey]: evaluated, ...policies } = config?.data ?? {};
  return { policies: Object.keys(policies).length, evaluatedAt: evaluated };
}

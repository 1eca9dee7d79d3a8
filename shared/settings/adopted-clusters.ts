/**
 * The clusters whose restore points this one has taken over: one ConfigMap. The points themselves say on the target whose they were,
 * and cannot be written again; adopting is this record, and nothing is copied.
 */
import * as z from 'zod';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { configMaps } from '../kubernetes/core-types.ts';
import { updateConfigMap } from '../kubernetes/update-config-map.ts';
import { shortHash } from '../short-hash.ts';

export const adoptedName = 'soteria-adopted';

const adoptedCluster = z.looseObject({
  clusterId: z.string().min(1),
  adoptedBy: z.string(),
  adoptedAt: z.iso.datetime(),
});
export type AdoptedCluster = z.infer<typeof adoptedCluster>;

/** An id may hold what the key of a ConfigMap may not. */
const keyOf = (clusterId: string): string => shortHash(clusterId, 24);

function parse(text: string): AdoptedCluster | undefined {
  try {
    return adoptedCluster.safeParse(JSON.parse(text)).data;
  } catch {
    // Written by hand, or by another version: it takes nothing over.
    return undefined;
  }
}

/** `namespace`: Soteria's own. Sorted by id. */
export async function listAdopted(
  client: KubernetesClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<readonly AdoptedCluster[]> {
  const config = await client.get(configMaps, { namespace, name: adoptedName }, { signal });
  return Object.values(config?.data ?? {})
    .map(parse)
    .filter((one) => one !== undefined)
    .toSorted((a, b) => a.clusterId.localeCompare(b.clusterId));
}

export interface Adoption {
  /** The first record: who adopted it, and when. */
  readonly cluster: AdoptedCluster;
  readonly isNew: boolean;
}

/** Again is success, and changes nothing. Throws `cluster_conflict` when others write all the time. */
export function keepAdopted(
  client: KubernetesClient,
  namespace: string,
  cluster: AdoptedCluster,
  signal?: AbortSignal,
): Promise<Adoption> {
  const key = keyOf(cluster.clusterId);
  return updateConfigMap<Adoption>(
    client,
    { namespace, name: adoptedName },
    (data) => {
      const known = parse(data[key] ?? '');
      return known === undefined
        ? { data: { ...data, [key]: JSON.stringify(cluster) }, answer: { cluster, isNew: true } }
        : { answer: { cluster: known, isNew: false } };
    },
    signal,
  );
}

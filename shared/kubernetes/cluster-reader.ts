/** What the driver reads of Kubernetes itself. */
import type { PersistentVolume, PersistentVolumeClaim } from './core-types.ts';
import { namespaces, persistentVolumeClaims, persistentVolumes } from './core-types.ts';
import { type KubernetesClient, listAll } from './client.ts';
import { readPaused } from '../operation/pause.ts';

export interface ClusterReader {
  getClaim(namespace: string, name: string, signal?: AbortSignal): Promise<PersistentVolumeClaim | undefined>;
  /** Every one of the namespace. */
  listClaims(namespace: string, signal?: AbortSignal): Promise<readonly PersistentVolumeClaim[]>;
  getPersistentVolume(name: string, signal?: AbortSignal): Promise<PersistentVolume | undefined>;
  /** SOTERIA_CLUSTER_ID, or the uid of the namespace kube-system. */
  clusterId(signal?: AbortSignal): Promise<string>;
  /** The one switch that holds back every create and delete. */
  isPaused(signal?: AbortSignal): Promise<boolean>;
}

/** `ownNamespace`: Soteria's own. */
export function createClusterReader(
  client: KubernetesClient,
  configuredClusterId: string | undefined,
  ownNamespace = 'soteria',
): ClusterReader {
  let known = configuredClusterId;
  return {
    getClaim: (namespace, name, signal) => client.get(persistentVolumeClaims, { namespace, name }, { signal }),
    listClaims: (namespace, signal) =>
      Array.fromAsync(listAll(client, persistentVolumeClaims, { namespace }, { signal })),
    getPersistentVolume: (name, signal) => client.get(persistentVolumes, { name }, { signal }),
    clusterId: async (signal) => {
      known ??= (await client.get(namespaces, { name: 'kube-system' }, { signal }))?.metadata.uid ?? 'unknown';
      return known;
    },
    isPaused: (signal) => readPaused(client, ownNamespace, signal),
  };
}

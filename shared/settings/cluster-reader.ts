/** What the driver reads of Kubernetes itself. */
import type { PersistentVolume, PersistentVolumeClaim } from '../kubernetes/core-types.ts';
import { namespaces, persistentVolumeClaims, persistentVolumes } from '../kubernetes/core-types.ts';
import { type KubernetesClient, listAll } from '../kubernetes/client.ts';
import { readSeldom } from './read-seldom.ts';
import type { OwnClusters } from './own-clusters.ts';
import { listAdopted } from './adopted-clusters.ts';
import { readPaused } from './paused.ts';

export interface ClusterIdentity {
  /** SOTERIA_CLUSTER_ID, or `uid`. */
  readonly id: string;
  /** Uid of the namespace kube-system: every new cluster has another uid, whatever id it is given. */
  readonly uid: string | undefined;
  /** When that namespace was made. */
  readonly bornAt: string | undefined;
}

export interface ClusterReader {
  getClaim(namespace: string, name: string, signal?: AbortSignal): Promise<PersistentVolumeClaim | undefined>;
  /** Every one of the namespace. */
  listClaims(namespace: string, signal?: AbortSignal): Promise<readonly PersistentVolumeClaim[]>;
  getPersistentVolume(name: string, signal?: AbortSignal): Promise<PersistentVolume | undefined>;
  /** What is stamped on every new restore point. */
  identity(signal?: AbortSignal): Promise<ClusterIdentity>;
  /** Whose points are this cluster's; read anew each time, because adopting changes it. */
  ownClusters(signal?: AbortSignal): Promise<OwnClusters>;
  /** The one switch that holds back every create and delete. */
  isPaused(signal?: AbortSignal): Promise<boolean>;
}

/** How long a wake-up may miss a change of the switch: less than the time until the next wake-up. */
const pausedForMs = 5_000;

/** `ownNamespace`: Soteria's own. Without a clock the switch is read anew each time. */
export function createClusterReader(
  client: KubernetesClient,
  configuredClusterId: string | undefined,
  ownNamespace = 'soteria',
  now?: () => Date,
): ClusterReader {
  const isPaused = (signal?: AbortSignal) => readPaused(client, ownNamespace, signal);
  let known: ClusterIdentity | undefined;

  async function identity(signal?: AbortSignal): Promise<ClusterIdentity> {
    if (known !== undefined) return known;
    const { uid, creationTimestamp } =
      (await client.get(namespaces, { name: 'kube-system' }, { signal }))?.metadata ?? {};
    known = { id: configuredClusterId ?? uid ?? 'unknown', uid, bornAt: creationTimestamp };
    return known;
  }

  return {
    getClaim: (namespace, name, signal) => client.get(persistentVolumeClaims, { namespace, name }, { signal }),
    listClaims: (namespace, signal) =>
      Array.fromAsync(listAll(client, persistentVolumeClaims, { namespace }, { signal })),
    getPersistentVolume: (name, signal) => client.get(persistentVolumes, { name }, { signal }),
    identity,
    ownClusters: async (signal) => {
      const [{ id }, adopted] = await Promise.all([identity(signal), listAdopted(client, ownNamespace, signal)]);
      return { id, adopted: adopted.map(({ clusterId }) => clusterId) };
    },
    isPaused: now === undefined ? isPaused : readSeldom(() => isPaused(), { maxAgeMs: pausedForMs, now }),
  };
}

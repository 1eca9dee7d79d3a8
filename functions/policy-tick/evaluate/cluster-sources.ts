/** Loaded with the first evaluation: a sweep without policies needs none of it. */
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { createHolds } from '../prune/holds.ts';
import type { ClusterSources } from './look-at-cluster.ts';

export interface SourcesOptions {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly longhornNamespace: string;
  readonly clusterId: string | undefined;
  readonly now: () => Date;
}

export function createClusterSources(options: SourcesOptions): ClusterSources {
  const { client, namespace, longhornNamespace, clusterId, now } = options;
  const reader = createClusterReader(client, clusterId, namespace);
  return {
    client,
    longhornNamespace,
    longhorn: createLonghorn(client, { namespace: longhornNamespace }),
    verified: createVerifiedPoints(client, namespace),
    holds: createHolds(client, namespace),
    ownClusters: (signal) => reader.ownClusters(signal),
    identity: (signal) => reader.identity(signal),
    now,
  };
}

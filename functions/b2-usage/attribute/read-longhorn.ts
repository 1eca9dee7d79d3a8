/** Reads what attribution needs of Longhorn, in four lists. A cluster without Longhorn is measured too. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { KubernetesObject, ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import { backupFromWire, backupVolumeFromWire, volumeFromWire } from '@soteria/shared/longhorn/from-wire.ts';
import { backups, backupVolumes, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { LonghornView } from './attribution.ts';

export type ReadLonghorn = (signal: AbortSignal, log: Log) => Promise<LonghornView | undefined>;

export function createReadLonghorn(client: KubernetesClient, cluster: ClusterReader, namespace: string): ReadLonghorn {
  async function list<T extends KubernetesObject, O>(
    type: ResourceType<T>,
    toOwn: (wire: T) => O,
    signal: AbortSignal,
  ) {
    const found: O[] = [];
    for await (const wire of listAll(client, type, { namespace }, { signal })) found.push(toOwn(wire));
    return found;
  }
  return async (signal, log) => {
    try {
      return {
        own: await cluster.ownClusters(signal),
        volumes: await list(volumes, volumeFromWire, signal),
        backups: await list(backups, backupFromWire, signal),
        backupVolumes: await list(backupVolumes, backupVolumeFromWire, signal),
      };
    } catch (error) {
      if (!(error instanceof SoteriaError)) throw error;
      log.error('longhorn_not_read', error);
      return undefined;
    }
  };
}

/** Lists the objects that a self-test may have left in the cluster, by kind and name. */
import { type KubernetesClient, listAll } from '@soteria/shared/kubernetes/client.ts';
import { jobs, persistentVolumeClaims, persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import { backups, backupVolumes, snapshots, volumes } from '@soteria/shared/longhorn/resource-types.ts';

export async function listLeft(client: KubernetesClient): Promise<string[]> {
  const inLonghorn = { namespace: 'longhorn-system' };
  const all = [
    ...(await Array.fromAsync(listAll(client, persistentVolumeClaims))),
    ...(await Array.fromAsync(listAll(client, persistentVolumes))),
    ...(await Array.fromAsync(listAll(client, jobs))),
    ...(await Array.fromAsync(listAll(client, volumes, inLonghorn))),
    ...(await Array.fromAsync(listAll(client, snapshots, inLonghorn))),
    ...(await Array.fromAsync(listAll(client, backups, inLonghorn))),
    ...(await Array.fromAsync(listAll(client, backupVolumes, inLonghorn))),
  ];
  return all.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

/**
 * What a restore had made when its Operation was deleted: deleting it cancels it. Only what is still marked temporary goes, and only
 * what carries the same operation's uid.
 */
import type { KubernetesObject } from '@soteria/shared/kubernetes/resource-type.ts';
import type { RestoreVolume } from '@soteria/shared/longhorn/port-restore.ts';
import { operationUidLabel, temporaryLabel } from '@soteria/shared/operation/marks.ts';
import type { Tools } from './perform.ts';

function belongsTo(object: KubernetesObject | undefined, uid: string): object is KubernetesObject {
  const { labels, deletionTimestamp } = object?.metadata ?? {};
  return labels?.[operationUidLabel] === uid && labels[temporaryLabel] !== undefined && deletionTimestamp === undefined;
}

/** Names of what was removed. */
export async function tidyOrphans(
  { claims, cluster, restores }: Pick<Tools, 'claims' | 'cluster' | 'restores'>,
  volume: RestoreVolume,
  signal?: AbortSignal,
): Promise<string[]> {
  const uid = volume.marks[operationUidLabel];
  if (uid === undefined || volume.marks[temporaryLabel] === undefined) return [];
  const removed: string[] = [];
  const persistentVolume = await cluster.getPersistentVolume(volume.name, signal);
  if (belongsTo(persistentVolume, uid)) {
    const { name = '', namespace = '' } = persistentVolume?.spec?.claimRef ?? {};
    const claim = await cluster.getClaim(namespace, name, signal);
    if (belongsTo(claim, uid)) {
      await claims.deleteClaim({ namespace, name, uid: claim.metadata.uid }, signal);
      removed.push(`claim ${namespace}/${name}`);
    }
    await claims.deletePersistentVolume(persistentVolume.metadata.name, persistentVolume.metadata.uid, signal);
    removed.push(`persistent volume ${persistentVolume.metadata.name}`);
  }
  if (!volume.isDeleting) {
    await restores.deleteVolume(volume.name, volume.uid, signal);
    removed.push(`volume ${volume.name}`);
  }
  return removed;
}

/**
 * What a restore had made when its Operation was deleted: deleting it cancels it. Only what is still marked temporary goes, and only
 * what carries the same operation's uid. The volume goes last: as long as it is there, the rest is found again.
 */
import type { KubernetesObject } from '@soteria/shared/kubernetes/resource-type.ts';
import type { RestoreVolume } from '@soteria/shared/longhorn/port-restore.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import { heldByLabel, operationUidLabel, temporaryLabel } from '@soteria/shared/operation/marks.ts';
import { namesInUrl } from '../core/backup-url.ts';
import type { Tools } from './perform.ts';

type OrphanTools = Pick<Tools, 'claims' | 'cluster' | 'restores'> & { readonly longhorn: Pick<Longhorn, 'backups'> };

function belongsTo(object: KubernetesObject | undefined, uid: string): object is KubernetesObject {
  const { labels, deletionTimestamp } = object?.metadata ?? {};
  return labels?.[operationUidLabel] === uid && labels[temporaryLabel] !== undefined && deletionTimestamp === undefined;
}

/** Nobody prunes a backup that is held: whoever held it is gone. */
async function letGo(
  { longhorn, restores }: OrphanTools,
  { fromBackup = '' }: RestoreVolume,
  uid: string,
  signal?: AbortSignal,
): Promise<void> {
  const name = namesInUrl(fromBackup)?.backup;
  const backup = name === undefined ? undefined : await longhorn.backups.get(name, signal);
  if (backup?.marks[heldByLabel] === uid) await restores.release(backup, signal);
}

/** Names of what was removed. */
export async function tidyOrphans(tools: OrphanTools, volume: RestoreVolume, signal?: AbortSignal): Promise<string[]> {
  const { claims, cluster, restores } = tools;
  const uid = volume.marks[operationUidLabel];
  if (uid === undefined || volume.marks[temporaryLabel] === undefined) return [];
  const removed: string[] = [];
  for (const claim of await claims.listMadeBy(uid, signal)) {
    if (!belongsTo(claim, uid)) continue;
    const { namespace = '', name } = claim.metadata;
    await claims.deleteClaim({ namespace, name, uid: claim.metadata.uid }, signal);
    removed.push(`claim ${namespace}/${name}`);
  }
  const persistentVolume = await cluster.getPersistentVolume(volume.name, signal);
  if (belongsTo(persistentVolume, uid)) {
    await claims.deletePersistentVolume(persistentVolume.metadata.name, persistentVolume.metadata.uid, signal);
    removed.push(`persistent volume ${persistentVolume.metadata.name}`);
  }
  await letGo(tools, volume, uid, signal);
  if (!volume.isDeleting) {
    await restores.deleteVolume(volume.name, volume.uid, signal);
    removed.push(`volume ${volume.name}`);
  }
  return removed;
}

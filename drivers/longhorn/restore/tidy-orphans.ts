/**
 * What a restore had made when its Operation was deleted, which cancels it, or when it ended without it. Only what is still marked
 * temporary goes, and only what carries the same operation's uid. The volume goes last: as long as it is there, the rest is found
 * again.
 */
import type { AdvanceCall } from '@soteria/shared/operation/engine/advance.ts';
import type { KubernetesObject } from '@soteria/shared/kubernetes/resource-type.ts';
import type { RestoreVolume } from '@soteria/shared/longhorn/port-restore.ts';
import {
  heldByLabel,
  operationKindLabel,
  operationUidLabel,
  refFromMarks,
  temporaryLabel,
} from '@soteria/shared/operation/record/marks.ts';
import { deleteUnlessRefused } from '@soteria/shared/operation/record/create-or-find.ts';
import { isFollowing } from '@soteria/shared/operation/record/is-following.ts';
import { commandJobName } from '@soteria/shared/verification/command-job.ts';
import { verificationJobName } from '@soteria/shared/verification/verification-job.ts';
import { namesInUrl } from '@soteria/shared/longhorn/backup-url.ts';
import { temporaryMarks } from '../../restore/about-operation.ts';
import type { Tools } from './tools.ts';

type OrphanTools = Pick<Tools, 'store' | 'claims' | 'cluster' | 'restores' | 'proofs' | 'longhorn'>;

function belongsTo(object: KubernetesObject | undefined, uid: string): object is KubernetesObject {
  const { labels, deletionTimestamp } = object?.metadata ?? {};
  return labels?.[operationUidLabel] === uid && labels[temporaryLabel] !== undefined && deletionTimestamp === undefined;
}

/** The claim's mark goes first (`decide-permanent.ts`): from then on it is somebody's, and what is under it stays. */
function isPermanent({ metadata: { labels } }: KubernetesObject): boolean {
  return labels?.[temporaryLabel] === undefined;
}

/** A held backup is never pruned; the operation that held this backup is gone, so the hold is removed. */
async function releaseBackup(
  { longhorn, restores }: OrphanTools,
  { fromBackup = '' }: RestoreVolume,
  uid: string,
  signal?: AbortSignal,
): Promise<void> {
  const name = namesInUrl(fromBackup)?.backup;
  const backup = name === undefined ? undefined : await longhorn.backups.get(name, signal);
  if (backup?.marks[heldByLabel] === uid) await restores.release(backup, signal);
}

/** Only a test has Jobs. Where the claim of a restore is, the function may not even look at Jobs. A volume of an older version does not say it. */
function mayHaveJobs({ marks }: RestoreVolume): boolean {
  return (marks[operationKindLabel] ?? 'RestoreTest') === 'RestoreTest';
}

/** Of a restore test: while a Pod has the claim mounted, the claim stays. */
async function deleteJobs({ proofs }: OrphanTools, namespace: string, uid: string, signal?: AbortSignal) {
  const done: string[] = [];
  for (const name of [verificationJobName(uid), commandJobName(uid)]) {
    const job = await proofs.get(namespace, name, signal);
    const isOwn = job?.labels[operationUidLabel] === uid && job.labels[temporaryLabel] !== undefined;
    if (job === undefined || !isOwn || job.isDeleting) continue;
    await proofs.delete(namespace, name, job.uid, signal);
    done.push(`deleted job ${namespace}/${name}`);
  }
  return done;
}

/** What was done, and to what. */
async function tidyOrphans(tools: OrphanTools, volume: RestoreVolume, signal?: AbortSignal): Promise<string[]> {
  const { claims, cluster, restores } = tools;
  const uid = volume.marks[operationUidLabel];
  if (uid === undefined || volume.marks[temporaryLabel] === undefined) return [];
  const made = await claims.listMadeBy(uid, signal);
  const persistentVolume = await cluster.getPersistentVolume(volume.name, signal);
  if (made.some(isPermanent)) {
    if (belongsTo(persistentVolume, uid)) {
      await claims.markPersistentVolume(volume.name, persistentVolume.metadata.uid, temporaryMarks, signal);
    }
    await releaseBackup(tools, volume, uid, signal);
    await restores.markVolume(volume.name, volume.uid, temporaryMarks, signal);
    return [`kept volume ${volume.name}`];
  }
  const done: string[] = [];
  for (const claim of made) {
    if (!belongsTo(claim, uid)) continue;
    const { namespace = '', name } = claim.metadata;
    if (mayHaveJobs(volume)) done.push(...(await deleteJobs(tools, namespace, uid, signal)));
    await claims.deleteClaim({ namespace, name, uid: claim.metadata.uid }, signal);
    done.push(`deleted claim ${namespace}/${name}`);
  }
  if (belongsTo(persistentVolume, uid)) {
    await claims.deletePersistentVolume(volume.name, persistentVolume.metadata.uid, signal);
    done.push(`deleted persistent volume ${volume.name}`);
  }
  await releaseBackup(tools, volume, uid, signal);
  if (!volume.isDeleting) {
    const refusal = await deleteUnlessRefused(() => restores.deleteVolume(volume.name, volume.uid, signal));
    if (refusal !== undefined) await restores.markVolume(volume.name, volume.uid, temporaryMarks, signal);
    done.push(
      refusal === undefined
        ? `deleted volume ${volume.name}`
        : `kept volume ${volume.name}: ${refusal.explanation.why}`,
    );
  }
  return done;
}

/** Only the name of the volume is trusted; the volume itself is read again after its Operation. */
export async function tidyUnlessFollowed(tools: OrphanTools, found: RestoreVolume, call: AdvanceCall): Promise<void> {
  const { signal, log } = call;
  const ref = refFromMarks(found.marks);
  if (ref === undefined || isFollowing(await tools.store.get(ref, signal), found.marks[operationUidLabel])) return;
  const volume = await tools.restores.getVolume(found.name, signal);
  if (volume?.uid !== found.uid || volume.marks[temporaryLabel] === undefined) return;
  if (await tools.cluster.isPaused(signal)) {
    // The volume stays watched: the next look for leftovers after the pause finds it.
    log.info('orphan_held_by_pause', { object: volume.name, operation: ref.name });
    return;
  }
  const done = await tidyOrphans(tools, volume, signal);
  if (done.length > 0) log.info('orphans_tidied', { operation: ref.name, done: done.join(', ') });
}

/** Finds the claim of a Longhorn volume's folder in the bucket: by the live volume, then by the labels of its newest backup. Pure. */
import * as z from 'zod';
import {
  type Backup,
  type BackupVolume,
  foreignUploadMs,
  isInterruptedUpload,
  type LonghornVolume,
} from '@soteria/shared/longhorn/objects.ts';
import { isOwnCluster, noClusters, type OwnClusters } from '@soteria/shared/settings/own-clusters.ts';
import { toRestorePoint } from '@soteria/shared/longhorn/restore-points.ts';
import { inOrder } from '@soteria/shared/restore-points/order.ts';
import { type RestorePoint } from '@soteria/shared/restore-points/restore-point.ts';
import { parseOwner } from '../tally/classify-key.ts';
import type { MeasuredBucket } from '../tally/measured-bucket.ts';
import { restOwner } from '../tally/tally.ts';

export const attributionShape = z.object({
  /** Key in the bucket's tally. */
  owner: z.string(),
  bucket: z.string(),
  volume: z.string(),
  /** live: a claim uses it. orphaned: the claim is gone. other-cluster: another cluster's. unknown: Longhorn does not say. */
  state: z.enum(['live', 'orphaned', 'other-cluster', 'unknown']),
  /** The claim; for an orphan, the last known name of its claim. */
  namespace: z.string().optional(),
  pvc: z.string().optional(),
  lastBackupAt: z.string().optional(),
  /** Unique blocks as Longhorn counts them, before compression, each counted as 2 MiB. */
  longhornBytes: z.number().optional(),
  /** True: backups of the volume were made or deleted meanwhile, so the two figures belong to different moments. */
  isChanging: z.boolean().optional(),
  /** Backups whose upload was interrupted: while such a backup exists, Longhorn deletes no blocks of the volume. */
  interrupted: z.array(z.string()).optional(),
  /** True: Longhorn lists backups of the volume on this target, and the bucket holds none of their objects. */
  isMissing: z.boolean().optional(),
});
export type Attribution = z.infer<typeof attributionShape>;

/** Longhorn's objects; undefined when they could not be read. */
export interface LonghornView {
  readonly volumes: readonly LonghornVolume[];
  readonly backups: readonly Backup[];
  readonly backupVolumes: readonly BackupVolume[];
  readonly own: OwnClusters;
}

export function attribute(
  buckets: readonly MeasuredBucket[],
  view: LonghornView | undefined,
  startedAt: string,
): Attribution[] {
  const volumes = new Map(view?.volumes.map((volume) => [volume.name, volume]));
  const newest = newestPoints(view);
  const stored = new Map(view?.backupVolumes.map(({ volume, dataStoredBytes }) => [volume, dataStoredBytes]));
  const changing = changingVolumes(view, startedAt);
  const interrupted = interruptedOf(view, startedAt);

  function attributionOf(bucket: string, owner: string): Attribution {
    const volume = parseOwner(owner).name;
    const point = newest.get(volume);
    const bytes = stored.get(volume);
    return {
      owner,
      bucket,
      volume,
      ...whose(volumes.get(volume), point, view?.own),
      ...(typeof point?.data_as_of === 'string' ? { lastBackupAt: point.data_as_of } : {}),
      ...(bytes === undefined ? {} : { longhornBytes: Number(bytes) }),
      ...(changing.has(volume) ? { isChanging: true } : {}),
      ...(interrupted.has(volume) ? { interrupted: interrupted.get(volume) } : {}),
    };
  }

  const found = buckets.flatMap(({ name, tally }) =>
    Object.keys(tally.owners)
      .filter((owner) => parseOwner(owner).kind === 'volume')
      .map((owner) => attributionOf(name, owner)),
  );
  const missing = missingVolumes(buckets, found, view).map(({ volume, bucket }) =>
    Object.assign(attributionOf(bucket, `volume||${volume}`), { isMissing: true }),
  );
  return [...found, ...missing];
}

function interruptedOf(view: LonghornView | undefined, startedAt: string): Map<string, string[]> {
  const found = (view?.backups ?? []).filter((one) => isInterruptedUpload(one, new Date(startedAt), foreignUploadMs));
  const byVolume = Map.groupBy(found, ({ volume = '' }) => volume);
  return new Map([...byVolume].map(([volume, all]) => [volume, all.map(({ name }) => name).slice(0, 10)]));
}

function changingVolumes(view: LonghornView | undefined, startedAt: string): Set<string | undefined> {
  const synced = new Map(view?.backupVolumes.map(({ volume, lastSyncedAt }) => [volume, lastSyncedAt]));
  const isStale = ({ volume = '', backupCreatedAt = '' }: Backup): boolean =>
    Date.parse(backupCreatedAt) >= Date.parse(startedAt) ||
    // Longhorn has not counted this backup yet.
    Date.parse(backupCreatedAt) > Date.parse(synced.get(volume) ?? '');
  const isDone = ({ state, isDeleting }: Backup): boolean =>
    (state === 'Completed' || state === 'Error') && !isDeleting;
  // An interrupted upload no longer changes: do not wait for it.
  const changing = (view?.backups ?? []).filter(
    (backup) =>
      !isInterruptedUpload(backup, new Date(startedAt), foreignUploadMs) && (!isDone(backup) || isStale(backup)),
  );
  return new Set(changing.map(({ volume }) => volume));
}

/** A target whose volumes lie in a bucket keeps all of them there. */
function missingVolumes(
  buckets: readonly MeasuredBucket[],
  found: readonly Attribution[],
  view: LonghornView | undefined,
): { readonly volume: string; readonly bucket: string }[] {
  const bucketOf = new Map(found.map(({ volume, bucket }) => [volume, bucket]));
  const known = view?.backupVolumes ?? [];
  const homes = new Map(
    known.flatMap(({ volume, backupTargetName }) => {
      const bucket = buckets.find(({ name }) => name === bucketOf.get(volume));
      return bucket === undefined || !isWholly(bucket) ? [] : [[backupTargetName, bucket.name] as const];
    }),
  );
  return known.flatMap(({ volume, backupTargetName, dataStoredBytes = 0n }) => {
    const bucket = homes.get(backupTargetName);
    return bucket === undefined || bucketOf.has(volume) || dataStoredBytes === 0n ? [] : [{ volume, bucket }];
  });
}

/** True: the whole bucket was listed, and every owner has its own entry. */
function isWholly({ prefix, unreadable, tally }: MeasuredBucket): boolean {
  return prefix === '' && unreadable.length === 0 && tally.owners[restOwner] === undefined;
}

function newestPoints(view: LonghornView | undefined): Map<string, RestorePoint> {
  const newest = new Map<string, RestorePoint>();
  const points = (view?.backups ?? []).map((backup) => toRestorePoint(backup, view?.own ?? noClusters));
  for (const point of inOrder(points, (one) => one)) {
    // The maker of the newest backup may have recorded no claim.
    const known = newest.get(point.volume ?? '');
    if (point.volume !== null && (known === undefined || known.pvc === null)) newest.set(point.volume, point);
  }
  return newest;
}

function whose(
  live: LonghornVolume | undefined,
  point: RestorePoint | undefined,
  own: OwnClusters | undefined,
): Pick<Attribution, 'state' | 'namespace' | 'pvc'> {
  const status = live?.kubernetesStatus;
  if (status !== undefined && status.pvcName !== '') {
    const claim = { namespace: status.namespace, pvc: status.pvcName };
    return { state: status.lastPVCRefAt === '' ? 'live' : 'orphaned', ...claim };
  }
  if (own === undefined || point === undefined) return { state: 'unknown' };
  const claim = point.namespace === null || point.pvc === null ? {} : { namespace: point.namespace, pvc: point.pvc };
  const isOthers = point.cluster_id !== null && !isOwnCluster(own, point.cluster_id);
  // A live volume without a claim was made by hand; its backups are not orphaned.
  if (live !== undefined) return { state: 'unknown', ...claim };
  return { state: isOthers ? 'other-cluster' : 'orphaned', ...claim };
}

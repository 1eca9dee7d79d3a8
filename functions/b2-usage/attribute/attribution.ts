/** Whose a Longhorn volume's folder in the bucket is: by the live volume, then by its newest backup's labels. Pure. */
import * as z from 'zod';
import type { Backup, BackupVolume, LonghornVolume } from '@soteria/shared/longhorn/objects.ts';
import { isOwnCluster, noClusters, type OwnClusters } from '@soteria/shared/longhorn/own-clusters.ts';
import { newestFirst, type RestorePoint, toRestorePoint } from '@soteria/shared/longhorn/restore-point.ts';
import { parseOwner } from '../measure/classify-key.ts';
import type { MeasuredBucket } from '../measure/progress.ts';

export const attributionShape = z.object({
  /** Key in the bucket's tally. */
  owner: z.string(),
  bucket: z.string(),
  volume: z.string(),
  /** live: a claim uses it. orphaned: the claim is gone. other-cluster: another cluster's. unknown: Longhorn does not say. */
  state: z.enum(['live', 'orphaned', 'other-cluster', 'unknown']),
  /** The claim; of an orphan its last known name. */
  namespace: z.string().optional(),
  pvc: z.string().optional(),
  lastBackupAt: z.string().optional(),
  /** Unique blocks as Longhorn counts them, before compression. */
  longhornBytes: z.number().optional(),
});
export type Attribution = z.infer<typeof attributionShape>;

/** What Longhorn knows; undefined when it could not be asked. */
export interface LonghornView {
  readonly volumes: readonly LonghornVolume[];
  readonly backups: readonly Backup[];
  readonly backupVolumes: readonly BackupVolume[];
  readonly own: OwnClusters;
}

export function attribute(buckets: readonly MeasuredBucket[], view: LonghornView | undefined): Attribution[] {
  const volumes = new Map(view?.volumes.map((volume) => [volume.name, volume]));
  const newest = newestPoints(view);
  const stored = new Map(view?.backupVolumes.map(({ volume, dataStoredBytes }) => [volume, dataStoredBytes]));

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
    };
  }

  return buckets.flatMap(({ name, tally }) =>
    Object.keys(tally.owners)
      .filter((owner) => parseOwner(owner).kind === 'volume')
      .map((owner) => attributionOf(name, owner)),
  );
}

function newestPoints(view: LonghornView | undefined): Map<string, RestorePoint> {
  const newest = new Map<string, RestorePoint>();
  const points = (view?.backups ?? []).map((backup) => toRestorePoint(backup, view?.own ?? noClusters));
  for (const point of points.toSorted(newestFirst)) {
    // The newest one may be somebody's that recorded no claim.
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
  // A live volume without a claim was made by hand; its backups are nobody's leftovers.
  if (live !== undefined) return { state: 'unknown', ...claim };
  return { state: isOthers ? 'other-cluster' : 'orphaned', ...claim };
}

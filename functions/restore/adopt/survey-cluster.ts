/** What one cluster has left on the targets: counted from its points alone. Pure. */
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { writersOf } from '@soteria/shared/restore-points/shared-cluster-id.ts';
import { catalogueKeys } from '@soteria/shared/operation/marks.ts';

export interface Survey {
  readonly points: number;
  readonly restorable: number;
  readonly claims: number;
  readonly namespaces: readonly string[];
  /** What all points hold together, were each restored. */
  readonly size_bytes: bigint;
  /** What was uploaded for them. */
  readonly uploaded_bytes: bigint;
  /** Instants of data; null when no point says one. */
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly targets: readonly string[];
  /** Uids of kube-system: more than one when the id was kept by a cluster that was made anew. */
  readonly written_by: readonly string[];
}

export function isOfCluster({ catalogue }: Backup, clusterId: string): boolean {
  return catalogue[catalogueKeys.managed] === 'true' && catalogue[catalogueKeys.clusterId] === clusterId;
}

/** Every id on the targets, sorted. */
export function clusterIdsOf(backups: readonly Backup[]): string[] {
  const ids = backups.map(({ catalogue }) =>
    catalogue[catalogueKeys.managed] === 'true' ? catalogue[catalogueKeys.clusterId] : undefined,
  );
  return sortedOnce(ids);
}

export function surveyCluster(backups: readonly Backup[], clusterId: string): Survey {
  const points = backups.filter((one) => isOfCluster(one, clusterId));
  const instants = sortedOnce(points.map(({ snapshotCreatedAt }) => snapshotCreatedAt));
  const namespaceOf = ({ catalogue }: Backup) => catalogue[catalogueKeys.namespace];
  const claims = points.map((one) => `${namespaceOf(one) ?? ''}/${one.catalogue[catalogueKeys.pvc] ?? ''}`);
  const sum = (sizeOf: (one: Backup) => bigint | undefined) =>
    points.reduce((total, one) => total + (sizeOf(one) ?? 0n), 0n);
  return {
    points: points.length,
    restorable: points.filter((one) => whyNotRestorable(one) === undefined).length,
    claims: new Set(claims).size,
    namespaces: sortedOnce(points.map(namespaceOf)),
    size_bytes: sum(({ sizeBytes }) => sizeBytes),
    uploaded_bytes: sum(({ uploadedBytes }) => uploadedBytes),
    oldest: instants[0] ?? null,
    newest: instants.at(-1) ?? null,
    targets: sortedOnce(points.map(({ backupTargetName }) => backupTargetName)),
    written_by: writersOf(points, clusterId).map(({ uid }) => uid),
  };
}

function sortedOnce(texts: readonly (string | undefined)[]): string[] {
  const given = texts.filter((text) => text !== undefined && text !== '');
  return [...new Set(given as string[])].toSorted((a, b) => a.localeCompare(b));
}

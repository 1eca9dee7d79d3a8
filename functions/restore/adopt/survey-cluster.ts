/** What one cluster has left on the targets: counted from its points alone. Pure. */
import { inOrder, instantOf, isForLatest } from '@soteria/shared/restore-points/order.ts';
import type { PointFacts } from '@soteria/shared/restore-points/port.ts';
import { restorePointOf } from '@soteria/shared/restore-points/restore-point.ts';
import { writersOf } from '@soteria/shared/restore-points/shared-cluster-id.ts';

export interface Survey {
  readonly points: number;
  readonly restorable: number;
  readonly claims: number;
  readonly namespaces: readonly string[];
  /** What all points hold together, were each restored. */
  readonly size_bytes: bigint;
  /** What was uploaded for them. */
  readonly uploaded_bytes: bigint;
  /** Instants of data in the points that can be restored; null when there are none. The newest is what `latest` will mean at most. */
  readonly oldest: string | null;
  readonly newest: string | null;
  readonly targets: readonly string[];
  /** Uids of kube-system: more than one when the id was kept by a cluster that was made anew. */
  readonly written_by: readonly string[];
}

function isOfCluster({ made_by: maker, cluster_id: id }: PointFacts, clusterId: string): boolean {
  return maker === 'soteria' && id === clusterId;
}

/** Every id on the targets, sorted. */
export function clusterIdsOf(points: readonly PointFacts[]): string[] {
  return sortedOnce(points.map((one) => (one.made_by === 'soteria' ? one.cluster_id : null)));
}

/** The newest instant of its points, whether they can be restored or not: then it was alive. */
export function lastWrittenBy(points: readonly PointFacts[], clusterId: string): string | undefined {
  const written = points.filter((one) => isOfCluster(one, clusterId) && !Number.isNaN(instantOf(one)));
  return written.toSorted((a, b) => instantOf(b) - instantOf(a))[0]?.data_as_of ?? undefined;
}

export function surveyCluster(all: readonly PointFacts[], clusterId: string): Survey {
  const points = all.filter((one) => isOfCluster(one, clusterId));
  const asOurs = points.map((one) => restorePointOf(one, { id: clusterId, adopted: [] }));
  const usable = inOrder(asOurs.filter(isForLatest), (one) => one);
  const sum = (sizeOf: (one: PointFacts) => bigint | null) =>
    points.reduce((total, one) => total + (sizeOf(one) ?? 0n), 0n);
  return {
    points: points.length,
    restorable: asOurs.filter(({ restorable }) => restorable).length,
    claims: new Set(points.map(({ namespace, pvc }) => `${namespace ?? ''}/${pvc ?? ''}`)).size,
    namespaces: sortedOnce(points.map(({ namespace }) => namespace)),
    size_bytes: sum(({ size_bytes: size }) => size),
    uploaded_bytes: sum(({ uploaded_bytes: uploaded }) => uploaded),
    oldest: usable.at(-1)?.data_as_of ?? null,
    newest: usable[0]?.data_as_of ?? null,
    targets: sortedOnce(points.map(({ target }) => target)),
    written_by: writersOf(points, clusterId).map(({ uid }) => uid),
  };
}

function sortedOnce(texts: readonly (string | null)[]): string[] {
  return [...new Set(texts.flatMap((text) => (text === null || text === '' ? [] : [text])))].toSorted((a, b) =>
    a.localeCompare(b),
  );
}

/** Whose a Longhorn object is, by what the design says identifies it. */
import { catalogueKeys, operationUidLabel } from '@soteria/shared/operation/record/marks.ts';
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import type { KubernetesObject } from '@soteria/shared/kubernetes/resource-type.ts';
import { snapshots } from '@soteria/shared/longhorn/resource-types.ts';
import { isTerminal, type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import type { BackupResource, SnapshotResource } from '@soteria/shared/longhorn/wire.ts';

export function madeBy({ metadata }: SnapshotResource): string | undefined {
  return metadata.labels?.[operationUidLabel];
}

/** A backup read back from the target has lost its labels, never what travelled with it. */
export function uidOfBackup({ metadata, spec, status }: BackupResource): string | undefined {
  const travelled = status?.labels ?? spec.labels ?? {};
  return metadata.labels?.[operationUidLabel] ?? travelled[catalogueKeys.operationUid];
}

/** Soteria's own snapshots that are not on their way out. */
export function namesAlive(all: readonly SnapshotResource[]): SnapshotResource[] {
  return all.filter(
    (one) =>
      madeBy(one) !== undefined && one.metadata.deletionTimestamp === undefined && one.status?.markRemoved !== true,
  );
}

/** How old a Snapshot is that Longhorn has not taken yet, if the Operation it is for is open and not cancelled. */
export function wantedForMs(
  { api }: Pick<MemoryCluster, 'api'>,
  object: KubernetesObject | undefined,
  now: Date,
): number | undefined {
  if (object?.kind !== snapshots.kind) return undefined;
  const snapshot = object as SnapshotResource;
  if ((snapshot.status?.creationTime ?? '') !== '') return undefined;
  const all = api.list(operations).items as unknown as Operation[];
  const wanted = all.find(({ metadata }) => metadata.uid === madeBy(snapshot));
  if (wanted === undefined || wanted.spec.cancelRequested === true || isTerminal(wanted.status?.phase))
    return undefined;
  return now.getTime() - Date.parse(snapshot.metadata.creationTimestamp);
}

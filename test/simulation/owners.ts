/** Whose a Longhorn object is, by what the design says identifies it. */
import { catalogueKeys, operationUidLabel } from '@soteria/shared/operation/marks.ts';
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

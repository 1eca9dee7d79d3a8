/** What every look of the simulated Longhorn works with. */
import type { Faults } from '@soteria/local/longhorn/fault-table.ts';
import type { BackupResource, SnapshotResource } from '@soteria/shared/longhorn/wire.ts';
import { backupVolumeLabel } from '@soteria/shared/longhorn/resource-types.ts';
import type { LonghornObjects } from './objects.ts';
import type { BackupStoreOnTarget } from './target.ts';

export interface Parts {
  readonly objects: LonghornObjects;
  readonly faults: Faults;
  readonly target: BackupStoreOnTarget;
  /** How often a backup has been found waiting. */
  readonly waits: Map<string, number>;
  readonly now: () => Date;
  /** As Longhorn writes it: whole seconds. */
  readonly instant: () => string;
}

export const targetName = 'default';

/** It needs the engine of this volume. */
export function isAtWork(one: SnapshotResource | BackupResource, volume: string): boolean {
  if (one.metadata.deletionTimestamp !== undefined) return false;
  if ('volume' in one.spec) {
    const { status } = one as SnapshotResource;
    return one.spec.volume === volume && (status?.creationTime ?? '') === '';
  }
  const { metadata, spec, status } = one as BackupResource;
  return (
    metadata.labels?.[backupVolumeLabel] === volume &&
    (spec.snapshotName ?? '') !== '' &&
    ['', 'Pending', 'InProgress'].includes(status?.state ?? '')
  );
}

import { decideSnapshot } from '@soteria/local/longhorn/decide-snapshot.ts';
import { snapshots, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { SnapshotResource } from '@soteria/shared/longhorn/wire.ts';
import type { Parts } from './parts.ts';

export function lookAtSnapshot({ objects, faults, instant }: Parts, snapshot: SnapshotResource): void {
  const { metadata, spec, status } = snapshot;
  const { name } = metadata;
  const takenAt = status?.creationTime ?? '';
  const action = decideSnapshot({
    isDeleting: metadata.deletionTimestamp !== undefined,
    isReady: status?.readyToUse === true,
    isMarkedRemoved: status?.markRemoved === true,
    error: status?.error ?? '',
    mustBeTaken: spec.createSnapshot === true,
    volumeName: spec.volume,
    volumeState: objects.get(volumes, spec.volume)?.status?.state ?? undefined,
    hasInstant: takenAt !== '',
    isTaken: takenAt !== '',
    isNewest: !objects
      .list(snapshots)
      .some((other) => other.spec.volume === spec.volume && (other.status?.creationTime ?? '') > takenAt),
    faults,
  });
  switch (action.type) {
    case 'take':
      return objects.patchStatus(snapshots, name, { readyToUse: true, error: '', creationTime: instant(), size: 4096 });
    case 'wait':
      return objects.patchStatus(snapshots, name, { readyToUse: false, error: action.message });
    case 'lose':
      return objects.patchStatus(snapshots, name, {
        readyToUse: false,
        error: action.message,
        creationTime: takenAt === '' ? instant() : takenAt,
      });
    case 'markRemoved':
      return objects.patchStatus(snapshots, name, { readyToUse: false, markRemoved: true });
    case 'vanish':
      objects.delete(snapshots, name);
      return objects.letGo(snapshots, name);
    case 'remove':
      return objects.letGo(snapshots, name);
    case 'nothing':
      return undefined;
  }
}

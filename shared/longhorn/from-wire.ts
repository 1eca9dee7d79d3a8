/** Wire objects → the product's own: sizes as bigint bytes, empty texts and nulls as absence. Pure. */
import { parseGoDuration } from './go-duration.ts';
import { wordsOf } from './longhorn-words.ts';
import type { Backup, BackupTarget, BackupVolume, KubernetesStatus, LonghornVolume, Snapshot } from './objects.ts';
import { backupVolumeLabel } from './resource-types.ts';
import type {
  BackupResource,
  BackupTargetResource,
  BackupVolumeResource,
  SnapshotResource,
  VolumeResource,
} from './wire.ts';

type WireByteCount = string | number | bigint | null | undefined;

function textOf(wire: string | null | undefined): string | undefined {
  return wire === null || wire === undefined || wire === '' ? undefined : wire;
}

/** A message of Longhorn's, as it can be shown. */
function messageOf(wire: string | null | undefined): string | undefined {
  const text = textOf(wire);
  return text === undefined ? undefined : wordsOf(text);
}

/** 0 to 100: Longhorn's own counting goes beyond (190 was seen). */
export function percentOf(progress: number): number {
  return Math.max(0, Math.min(100, progress));
}

/** Whole bytes; what is no decimal integer counts as absent. */
export function bytesOf(wire: WireByteCount): bigint | undefined {
  if (typeof wire === 'bigint') return wire;
  if (typeof wire === 'number') return BigInt(wire);
  return typeof wire === 'string' && /^\d+$/.test(wire) ? BigInt(wire) : undefined;
}

function trueCondition(conditions: NonNullable<VolumeResource['status']>['conditions'], type: string) {
  return conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

export function volumeFromWire({ metadata, spec, status }: VolumeResource): LonghornVolume {
  const claim = kubernetesStatusOf(status);
  return {
    name: metadata.name,
    uid: metadata.uid,
    sizeBytes: bytesOf(spec.size) ?? 0n,
    actualSizeBytes: bytesOf(status?.actualSize) ?? 0n,
    state: status?.state ?? '',
    robustness: textOf(status?.robustness) ?? 'unknown',
    isStandby: spec.Standby === true || status?.isStandby === true,
    // Until the restore has begun, `restoreRequired` is still false (longhorn.md 3.3).
    isRestoring:
      status?.restoreRequired === true || (textOf(spec.fromBackup) !== undefined && status?.restoreInitiated !== true),
    isEncrypted: spec.encrypted === true,
    accessMode: textOf(spec.accessMode) ?? 'rwo',
    dataEngine: textOf(spec.dataEngine) ?? 'v1',
    numberOfReplicas: spec.numberOfReplicas ?? 0,
    backingImage: textOf(spec.backingImage),
    backupTargetName: textOf(spec.backupTargetName) ?? 'default',
    lastBackup: textOf(status?.lastBackup),
    backupBlockSize: textOf(spec.backupBlockSize),
    nodeId: textOf(status?.currentNodeID) ?? textOf(spec.nodeID),
    kubernetesStatus: claim,
    kubernetesStatusJson: claim === undefined ? undefined : JSON.stringify(status?.kubernetesStatus),
    tooManySnapshots: tooManySnapshotsOf(status),
  };
}

function kubernetesStatusOf(status: VolumeResource['status']): KubernetesStatus | undefined {
  const wire = status?.kubernetesStatus;
  if (textOf(wire?.pvName) === undefined && textOf(wire?.pvcName) === undefined) return undefined;
  return {
    pvName: wire?.pvName ?? '',
    namespace: wire?.namespace ?? '',
    pvcName: wire?.pvcName ?? '',
    lastPVCRefAt: wire?.lastPVCRefAt ?? '',
  };
}

function tooManySnapshotsOf(status: VolumeResource['status']): string | undefined {
  const condition = trueCondition(status?.conditions, 'TooManySnapshots');
  return condition === undefined ? undefined : (textOf(condition.message) ?? 'Longhorn gives no message');
}

export function snapshotFromWire({ metadata, spec, status }: SnapshotResource): Snapshot {
  const createdAt = textOf(status?.creationTime);
  const message = messageOf(status?.error);
  // Longhorn sets `error` as soon as it cannot take the snapshot yet (the engine is not running), and clears it once it has.
  const isWaiting = createdAt === undefined;
  return {
    name: metadata.name,
    uid: metadata.uid,
    volume: spec.volume,
    isReady: status?.readyToUse === true,
    error: isWaiting ? undefined : message,
    waitMessage: isWaiting ? message : undefined,
    isMarkedRemoved: status?.markRemoved === true,
    isDeleting: metadata.deletionTimestamp !== undefined,
    createdAt,
    sizeBytes: bytesOf(status?.size) ?? 0n,
    marks: metadata.labels ?? {},
  };
}

export function backupFromWire({ metadata, spec, status }: BackupResource): Backup {
  const statusLabels = status?.labels ?? {};
  const isSynced = textOf(status?.lastSyncedAt) !== undefined;
  return {
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    madeAt: metadata.creationTimestamp,
    state: status?.state ?? '',
    progress: percentOf(status?.progress ?? 0),
    error: messageOf(status?.error) ?? (status?.state === 'Error' ? messageOf(status.messages?.['error']) : undefined),
    waitMessage: messageOf(status?.messages?.['info']),
    isDeleting: metadata.deletionTimestamp !== undefined,
    url: textOf(status?.url),
    // A backup re-read from the target has lost `spec.snapshotName`.
    snapshotName: textOf(status?.snapshotName) ?? textOf(spec.snapshotName),
    snapshotCreatedAt: textOf(status?.snapshotCreatedAt),
    backupCreatedAt: textOf(status?.backupCreatedAt),
    lastSyncedAt: textOf(status?.lastSyncedAt),
    sizeBytes: bytesOf(status?.size),
    uploadedBytes: bytesOf(status?.newlyUploadDataSize),
    volume: textOf(status?.volumeName) ?? textOf(metadata.labels?.[backupVolumeLabel]),
    volumeSizeBytes: bytesOf(status?.volumeSize),
    backupTargetName: textOf(status?.backupTargetName),
    marks: metadata.labels ?? {},
    // A failed backup is "synced" too, but nothing came back from the target.
    catalogue: isSynced && Object.keys(statusLabels).length > 0 ? statusLabels : (spec.labels ?? {}),
  };
}

export function backupVolumeFromWire({ metadata, spec, status }: BackupVolumeResource): BackupVolume {
  return {
    name: metadata.name,
    // Up to Longhorn 1.7 the object's name is the volume's.
    volume: textOf(spec.volumeName) ?? textOf(metadata.labels?.[backupVolumeLabel]) ?? metadata.name,
    backupTargetName: textOf(spec.backupTargetName) ?? 'default',
    sizeBytes: bytesOf(status?.size),
    dataStoredBytes: bytesOf(status?.dataStored),
    lastSyncedAt: textOf(status?.lastSyncedAt),
    labels: status?.labels ?? {},
  };
}

export function backupTargetFromWire({ metadata, spec, status }: BackupTargetResource): BackupTarget {
  const isAvailable = status?.available === true;
  const unavailable = trueCondition(status?.conditions, 'Unavailable');
  return {
    name: metadata.name,
    url: spec.backupTargetURL ?? '',
    credentialSecret: textOf(spec.credentialSecret),
    isAvailable,
    unavailableMessage: isAvailable ? undefined : messageOf(unavailable?.message),
    lastSyncedAt: textOf(status?.lastSyncedAt),
    syncRequestedAt: textOf(spec.syncRequestedAt),
    pollIntervalMs: parseGoDuration(spec.pollInterval ?? '') ?? 0,
  };
}

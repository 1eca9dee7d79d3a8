/**
 * Longhorn's custom resources as they come off the wire: only the members the product reads are named, the rest passes
 * through untouched, and `null` is taken wherever Longhorn's own schema allows it. Source: the CRDs of longhorn.io/v1beta2.
 */
import * as z from 'zod';
import { objectShape } from '../kubernetes/core-types.ts';
import type { KubernetesObject } from '../kubernetes/resource-type.ts';

const text = z.string().nullish();
const flag = z.boolean().nullish();
const count = z.number().nullish();
const texts = z.record(z.string(), z.string()).nullish();
/** A decimal text, or a JSON integer; one beyond 2^53 arrives as a bigint. */
const byteCount = z.union([z.string(), z.int(), z.bigint()]).nullish();

const condition = z.looseObject({ type: z.string(), status: text, reason: text, message: text });
const conditions = z.array(condition).nullish();

const kubernetesStatus = z.looseObject({
  pvName: text,
  pvStatus: text,
  namespace: text,
  pvcName: text,
  lastPVCRefAt: text,
});

const volumeSpec = z.looseObject({
  size: byteCount,
  fromBackup: text,
  backupTargetName: text,
  numberOfReplicas: count,
  accessMode: text,
  dataEngine: text,
  encrypted: flag,
  backingImage: text,
  backupBlockSize: text,
  nodeID: text,
  Standby: flag,
});

const volumeStatus = z.looseObject({
  state: text,
  robustness: text,
  restoreRequired: flag,
  restoreInitiated: flag,
  isStandby: flag,
  actualSize: byteCount,
  currentNodeID: text,
  lastBackup: text,
  lastBackupAt: text,
  frontendDisabled: flag,
  kubernetesStatus: kubernetesStatus.nullish(),
  conditions,
});

/** A Snapshot that names no volume is no volume's: it must not hide the others of its list. */
const snapshotSpec = z.looseObject({
  volume: z
    .string()
    .nullish()
    .transform((name) => name ?? ''),
  createSnapshot: flag,
  labels: texts,
});

const snapshotStatus = z.looseObject({
  readyToUse: flag,
  creationTime: text,
  size: byteCount,
  restoreSize: byteCount,
  parent: text,
  children: z.record(z.string(), z.boolean()).nullish(),
  markRemoved: flag,
  error: text,
});

const backupSpec = z.looseObject({
  snapshotName: text,
  backupMode: text,
  backupBlockSize: text,
  labels: texts,
  syncRequestedAt: text,
});

const backupStatus = z.looseObject({
  state: text,
  progress: count,
  error: text,
  messages: texts,
  url: text,
  snapshotName: text,
  snapshotCreatedAt: text,
  backupCreatedAt: text,
  lastSyncedAt: text,
  size: byteCount,
  newlyUploadDataSize: byteCount,
  labels: texts,
  volumeName: text,
  volumeSize: byteCount,
  backupTargetName: text,
});

const backupVolumeSpec = z.looseObject({ backupTargetName: text, volumeName: text, syncRequestedAt: text });

const backupVolumeStatus = z.looseObject({
  size: byteCount,
  dataStored: byteCount,
  labels: texts,
  lastBackupName: text,
  lastBackupAt: text,
  lastSyncedAt: text,
});

const replicaRestore = z.looseObject({
  isRestoring: flag,
  lastRestored: text,
  currentRestoringBackup: text,
  progress: count,
  error: text,
  state: text,
  backupURL: text,
});

const engineSpec = z.looseObject({ volumeName: text, backupVolume: text, requestedBackupRestore: text });

/** `size`: decimal bytes of this layer. */
const engineSnapshot = z.looseObject({ parent: text, removed: flag, size: text });

const engineStatus = z.looseObject({
  currentState: text,
  lastRestoredBackup: text,
  /** By the replica's address. */
  restoreStatus: z.record(z.string(), replicaRestore.nullable()).nullish(),
  /** By name; `volume-head` holds what was written since the newest snapshot. */
  snapshots: z.record(z.string(), engineSnapshot.nullable()).nullish(),
  snapshotsError: text,
});

const backupTargetSpec = z.looseObject({
  backupTargetURL: text,
  credentialSecret: text,
  pollInterval: text,
  syncRequestedAt: text,
});

const backupTargetStatus = z.looseObject({ available: flag, conditions, lastSyncedAt: text });

export const volumeWire = objectShape.extend({
  spec: volumeSpec.nullish().transform((spec) => spec ?? {}),
  status: volumeStatus.nullish().transform(nullAsAbsence),
});
export const snapshotWire = objectShape.extend({
  spec: snapshotSpec.nullish().transform((spec) => spec ?? { volume: '' }),
  status: snapshotStatus.nullish().transform(nullAsAbsence),
});
export const backupWire = objectShape.extend({
  spec: backupSpec.nullish().transform((spec) => spec ?? {}),
  status: backupStatus.nullish().transform(nullAsAbsence),
});
export const backupVolumeWire = objectShape.extend({
  spec: backupVolumeSpec.nullish().transform((spec) => spec ?? {}),
  status: backupVolumeStatus.nullish().transform(nullAsAbsence),
});
export const backupTargetWire = objectShape.extend({
  spec: backupTargetSpec.nullish().transform((spec) => spec ?? {}),
  status: backupTargetStatus.nullish().transform(nullAsAbsence),
});
export const engineWire = objectShape.extend({
  spec: engineSpec.nullish().transform((spec) => spec ?? {}),
  status: engineStatus.nullish().transform(nullAsAbsence),
});

function nullAsAbsence<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined;
}

/** A custom resource with the two members every kind of Longhorn's has. */
interface CustomResource<Spec, Status> extends KubernetesObject {
  spec: Spec;
  status?: Status | undefined;
}

export type VolumeResource = CustomResource<z.infer<typeof volumeSpec>, z.infer<typeof volumeStatus>>;
export type SnapshotResource = CustomResource<z.infer<typeof snapshotSpec>, z.infer<typeof snapshotStatus>>;
export type BackupResource = CustomResource<z.infer<typeof backupSpec>, z.infer<typeof backupStatus>>;
export type BackupVolumeResource = CustomResource<z.infer<typeof backupVolumeSpec>, z.infer<typeof backupVolumeStatus>>;
export type BackupTargetResource = CustomResource<z.infer<typeof backupTargetSpec>, z.infer<typeof backupTargetStatus>>;
export type EngineResource = CustomResource<z.infer<typeof engineSpec>, z.infer<typeof engineStatus>>;

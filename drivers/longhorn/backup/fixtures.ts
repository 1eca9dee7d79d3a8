/** Objects for this folder's tests: an attached healthy volume with an available target, and an Operation about its claim. */
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { Backup, BackupTarget, BackupVolume, LonghornVolume, Snapshot } from '@soteria/shared/longhorn/objects.ts';
import { claimLabel } from '@soteria/shared/operation/record/marks.ts';
import type { Operation, OperationSpec, OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import type { Rules } from '../../backup/world.ts';

export const now = new Date('2026-08-20T02:00:00.000Z');

export const rules: Rules = {
  defaultMode: 'incremental',
  stallMs: 3_600_000,
  deadlineMs: 86_400_000,
  maxAttempts: 3,
  retryMs: 150_000,
};

/** So few that a test can use them up. */
export const slotLimits = { cluster: 2, node: 2, repository: 1 };

function metadata(name: string, namespace?: string) {
  return {
    name,
    uid: `uid-of-${name}`,
    resourceVersion: '1',
    creationTimestamp: '2026-08-20T01:59:59Z',
    ...(namespace === undefined ? {} : { namespace }),
  };
}

export function operationWith(spec: Partial<OperationSpec> = {}, status?: OperationStatus): Operation {
  return {
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata: { ...metadata('soteria-backup-data-20260820-015959', 'shop'), labels: { [claimLabel]: 'hash' } },
    spec: { kind: 'Backup', request: { pvc: 'data' }, identity: 'test', ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

export const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: metadata('data', 'shop'),
  spec: { volumeName: 'pv-1', storageClassName: 'longhorn', accessModes: ['ReadWriteOnce'] },
  status: { phase: 'Bound' },
} as PersistentVolumeClaim;

export const persistentVolume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: metadata('pv-1'),
  spec: { csi: { driver: 'driver.longhorn.io', volumeHandle: 'vol-1', fsType: 'ext4' } },
} as PersistentVolume;

export const volume: LonghornVolume = {
  name: 'vol-1',
  uid: 'uid-of-vol-1',
  sizeBytes: 10_737_418_240n,
  actualSizeBytes: 1_610_612_736n,
  state: 'attached',
  robustness: 'healthy',
  isStandby: false,
  isRestoring: false,
  isEncrypted: false,
  accessMode: 'rwo',
  dataEngine: 'v1',
  numberOfReplicas: 3,
  backupTargetName: 'default',
  backupBlockSize: '2097152',
  kubernetesStatusJson: '{"namespace":"shop","pvcName":"data"}',
};

/** Another claim with a volume of its own. */
export function claimNamed(name: string): {
  readonly claim: PersistentVolumeClaim;
  readonly persistentVolume: PersistentVolume;
  readonly volume: LonghornVolume;
} {
  const handle = `vol-of-${name}`;
  return {
    claim: { ...claim, metadata: metadata(name, 'shop'), spec: { ...claim.spec, volumeName: `pv-of-${name}` } },
    persistentVolume: {
      ...persistentVolume,
      metadata: metadata(`pv-of-${name}`),
      spec: { csi: { driver: 'driver.longhorn.io', volumeHandle: handle, fsType: 'ext4' } },
    },
    volume: { ...volume, name: handle, uid: `uid-of-${handle}` },
  };
}

export const target: BackupTarget = {
  name: 'default',
  url: 's3://bucket@region/',
  isAvailable: true,
  lastSyncedAt: '2026-08-20T01:58:00Z',
  pollIntervalMs: 300_000,
};

export const backupVolume: BackupVolume = {
  name: 'vol-1-abc',
  volume: 'vol-1',
  backupTargetName: 'default',
  sizeBytes: 10_737_418_240n,
  labels: {},
};

export function snapshotWith(change: Partial<Snapshot>): Snapshot {
  return {
    name: 'snap',
    uid: 'uid-of-snap',
    volume: 'vol-1',
    isReady: true,
    isMarkedRemoved: false,
    isDeleting: false,
    createdAt: '2026-08-20T02:00:01Z',
    sizeBytes: 1n,
    marks: {},
    ...change,
  };
}

export function backupWith(change: Partial<Backup>): Backup {
  return {
    name: 'backup',
    uid: 'uid-of-backup',
    state: 'Completed',
    progress: 100,
    isDeleting: false,
    url: 's3://bucket@region/?backup=backup&volume=vol-1',
    snapshotCreatedAt: '2026-08-20T02:00:01Z',
    lastSyncedAt: '2026-08-20T02:01:00Z',
    sizeBytes: 4096n,
    uploadedBytes: 2048n,
    volume: 'vol-1',
    backupTargetName: 'default',
    marks: {},
    catalogue: {},
    ...change,
  };
}

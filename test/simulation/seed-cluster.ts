/** The simulated cluster: claims of a shop on Longhorn volumes, an available target, and things of others that nobody may touch. */
import { createMemoryCluster, type MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import {
  backupTargetLabel,
  backupTargets,
  backupVolumeLabel,
  backupVolumes,
  backups,
  longhornGroup,
  longhornVersion,
  snapshots,
  volumes,
} from '@soteria/shared/longhorn/resource-types.ts';
import { pingSources } from '@soteria/shared/operation/engine/own-ping.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import { finalizer, longhornNamespace } from './longhorn/objects.ts';
import { type BackupStoreOnTarget, type TargetRecord } from './longhorn/target.ts';
import { targetName } from './longhorn/parts.ts';

export const shop = 'shop';
export const claimNames = ['data', 'photos'] as const;
export const volumeOfClaim = (claim: string) => `vol-${claim}`;

const kinds = [
  customKind(operations, { selectableFields: ['status.phase', 'status.settled', 'spec.kind'] }),
  ...[volumes, snapshots, backups, backupVolumes, backupTargets, pingSources].map((type) => customKind(type)),
];
const apiVersion = `${longhornGroup}/${longhornVersion}`;
const long = '2026-08-19T02:00:00Z';

function longhornMeta(name: string, labels: Record<string, string> = {}) {
  return {
    name,
    namespace: longhornNamespace,
    uid: `uid-of-${name}`,
    creationTimestamp: long,
    finalizers: [finalizer],
    labels,
  };
}

export function seedCluster(now: () => Date): MemoryCluster {
  const cluster = createMemoryCluster({ now, namespaces: [shop, 'soteria', longhornNamespace], kinds });
  cluster.seed({
    apiVersion,
    kind: backupTargets.kind,
    metadata: longhornMeta(targetName),
    spec: { backupTargetURL: 's3://simulated@loopback/', pollInterval: '5m0s' },
    status: { available: true, lastSyncedAt: long },
  });
  for (const claim of claimNames) {
    const volume = volumeOfClaim(claim);
    const meta = { uid: `uid-of-${claim}`, creationTimestamp: long };
    cluster.seed(
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: claim, namespace: shop, ...meta },
        spec: { volumeName: `pv-${claim}`, storageClassName: 'longhorn', accessModes: ['ReadWriteOnce'] },
        status: { phase: 'Bound' },
      },
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: `pv-${claim}`, ...meta },
        spec: {
          csi: { driver: 'driver.longhorn.io', volumeHandle: volume, fsType: 'ext4' },
          claimRef: { namespace: shop, name: claim, uid: meta.uid },
        },
      },
      {
        apiVersion,
        kind: volumes.kind,
        metadata: longhornMeta(volume, { longhornvolume: volume }),
        spec: { size: '1073741824', backupTargetName: targetName, nodeID: 'node-1', numberOfReplicas: 3 },
        status: { state: 'attached', robustness: 'healthy', currentNodeID: 'node-1' },
      },
    );
  }
  return cluster;
}

/** What a recurring job has made of the first claim's volume; answers the uids. */
export function seedForeign(cluster: MemoryCluster, target: BackupStoreOnTarget): string[] {
  const volume = volumeOfClaim(claimNames[0]);
  const record: TargetRecord = {
    name: 'backup-0123456789abcdef',
    volume,
    snapshotName: 'nightly-c-1',
    snapshotCreatedAt: long,
    createdAt: long,
    labels: { RecurringJob: 'nightly' },
  };
  target.put(record);
  const snapshot = longhornMeta(record.snapshotName, { longhornvolume: volume });
  const backup = longhornMeta(record.name, { [backupVolumeLabel]: volume, [backupTargetLabel]: targetName });
  cluster.seed(
    {
      apiVersion,
      kind: snapshots.kind,
      metadata: snapshot,
      spec: { volume, createSnapshot: true },
      status: { readyToUse: true, creationTime: long },
    },
    {
      apiVersion,
      kind: backups.kind,
      metadata: backup,
      spec: { snapshotName: record.snapshotName, labels: record.labels },
      status: {
        state: 'Completed',
        progress: 100,
        url: `s3://simulated@loopback/?backup=${record.name}&volume=${volume}`,
        volumeName: volume,
        backupTargetName: targetName,
        snapshotName: record.snapshotName,
        snapshotCreatedAt: long,
        lastSyncedAt: long,
        labels: record.labels,
      },
    },
  );
  return [snapshot.uid, backup.uid];
}

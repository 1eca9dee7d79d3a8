/** The objects that are made for a claim. Pure. */
import type { Draft } from '@soteria/shared/kubernetes/client.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { longhornGroup, longhornVersion, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { accessModeOf, driver, volumeNameFor } from './decide-claim.ts';
import { finalizer } from './world.ts';

interface VolumeDefaults {
  readonly namespace: string;
  readonly nodeName: string;
  readonly attachNewVolumes: boolean;
}

export function volumeDraft(
  { namespace, nodeName, attachNewVolumes }: VolumeDefaults,
  claim: PersistentVolumeClaim,
  sizeBytes: bigint,
): Draft<VolumeResource> {
  const name = volumeNameFor(claim);
  return {
    apiVersion: `${longhornGroup}/${longhornVersion}`,
    kind: volumes.kind,
    metadata: {
      name,
      namespace,
      finalizers: [finalizer],
      labels: { longhornvolume: name, 'backup-target': 'default' },
    },
    spec: {
      size: sizeBytes.toString(),
      numberOfReplicas: 1,
      frontend: 'blockdev',
      dataEngine: 'v1',
      accessMode: accessModeOf(claim),
      backupTargetName: 'default',
      backupCompressionMethod: 'gzip',
      backupBlockSize: '2097152',
      staleReplicaTimeout: 30,
      encrypted: false,
      nodeID: attachNewVolumes ? nodeName : '',
    },
  };
}

export function persistentVolumeDraft(claim: PersistentVolumeClaim, volume: VolumeResource): Draft<PersistentVolume> {
  const { name, namespace, uid } = claim.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name: volume.metadata.name,
      annotations: { 'pv.kubernetes.io/provisioned-by': driver },
    },
    spec: {
      capacity: { storage: String(volume.spec.size ?? '0') },
      accessModes: claim.spec?.accessModes ?? ['ReadWriteOnce'],
      volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: claim.spec?.storageClassName ?? '',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace: namespace ?? 'default', uid },
      csi: {
        driver,
        volumeHandle: volume.metadata.name,
        fsType: 'ext4',
        volumeAttributes: { numberOfReplicas: '1', staleReplicaTimeout: '30' },
      },
    },
  };
}

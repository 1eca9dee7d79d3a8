/** The persistent volume and the claim over a restored volume (longhorn.md 3.4). Pure. */
import type { Draft } from '@soteria/shared/kubernetes/client.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { RestoreVolume } from '@soteria/shared/longhorn/port-restore.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { bytesOfQuantity } from '@soteria/shared/kubernetes/quantity.ts';
import type { RestoredShape } from '../../restore/shape.ts';
import type { LonghornShape } from './shape-claim.ts';
import { marksOf, restoredFromAnnotation } from '../../restore/about-operation.ts';

const dataAsOfAnnotation = 'soteria.dev/data-as-of';

export function persistentVolumeDraft(
  operation: Operation,
  shape: LonghornShape,
  volume: RestoreVolume,
  /** Of the claim: the persistent volume is bound to no other, whatever its name. */
  claimUid: string,
): Draft<PersistentVolume> {
  const { namespace, pvc } = claimRefOf(operation);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volume.name, labels: { ...marksOf(operation) } },
    spec: {
      capacity: { storage: String(volume.sizeBytes) },
      accessModes: [...shape.accessModes],
      volumeMode: shape.volumeMode,
      // Restored data is never deleted because somebody deletes a claim.
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: shape.storageClassName,
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: pvc, uid: claimUid },
      ...(shape.mountOptions === undefined ? {} : { mountOptions: [...shape.mountOptions] }),
      csi: {
        driver: 'driver.longhorn.io',
        volumeHandle: volume.name,
        fsType: shape.fsType,
        volumeAttributes: {
          numberOfReplicas: String(shape.volume.numberOfReplicas),
          staleReplicaTimeout: '30',
          dataEngine: shape.volume.dataEngine,
          ...(shape.volume.isEncrypted ? { encrypted: 'true' } : {}),
        },
        ...secretsOf(shape),
      },
    },
  };
}

function secretsOf({ secrets }: LonghornShape) {
  return Object.fromEntries(
    Object.entries(secrets).map(([key, { name, namespace }]) => [
      key,
      namespace === undefined ? { name } : { name, namespace },
    ]),
  );
}

/** As the source asked for it, where that fits what there is. */
function storageOf({ requestedStorage }: RestoredShape, sizeBytes: bigint): string {
  const asked = requestedStorage === undefined ? undefined : bytesOfQuantity(requestedStorage);
  return requestedStorage !== undefined && asked !== undefined && asked <= sizeBytes
    ? requestedStorage
    : String(sizeBytes);
}

export function claimDraft(
  operation: Operation,
  shape: RestoredShape,
  volume: Pick<RestoreVolume, 'name' | 'sizeBytes'>,
): Draft<PersistentVolumeClaim> {
  const { namespace, pvc } = claimRefOf(operation);
  const { restorePoint, dataAsOf } = operation.status?.work ?? {};
  const isTest = operation.spec.kind === 'RestoreTest';
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      namespace,
      name: pvc,
      // What makes tools take the source for theirs does not go with a test.
      labels: { ...(isTest ? {} : shape.labels), ...marksOf(operation) },
      annotations: {
        ...(isTest ? {} : shape.annotations),
        ...(restorePoint === undefined ? {} : { [restoredFromAnnotation]: restorePoint }),
        ...(dataAsOf === undefined ? {} : { [dataAsOfAnnotation]: dataAsOf }),
      },
    },
    spec: {
      accessModes: [...shape.accessModes],
      volumeMode: shape.volumeMode,
      storageClassName: shape.storageClassName,
      volumeName: volume.name,
      resources: { requests: { storage: storageOf(shape, volume.sizeBytes) } },
    },
  };
}

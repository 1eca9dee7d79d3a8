/**
 * What is made for a restored claim: the shape the source had when it was backed up, from the catalogue inside the backup; what the
 * request asks for wins. Pure.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type ClaimShape, parseClaimShape } from '@soteria/shared/longhorn/claim-shape.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import type { OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { bytesOfQuantity } from '@soteria/shared/kubernetes/quantity.ts';
import { labelsAskedFor } from '../../restore/labels.ts';
import type { RestoredShape } from '../../restore/shape.ts';

interface SecretRefs {
  readonly nodeStageSecretRef?: ClaimShape['nodeStageSecretRef'];
  readonly nodePublishSecretRef?: ClaimShape['nodePublishSecretRef'];
  readonly nodeExpandSecretRef?: ClaimShape['nodeExpandSecretRef'];
}

export interface LonghornShape extends RestoredShape {
  readonly secrets: SecretRefs;
  readonly volume: {
    readonly accessMode: string;
    readonly numberOfReplicas: number;
    readonly dataEngine: string;
    readonly isEncrypted: boolean;
    readonly backingImage?: string | undefined;
  };
}

/** Longhorn's own class for volumes nobody provisions; a claim without any would get the cluster's default. */
export const staticStorageClass = 'longhorn-static';

/** Kubernetes counts in 64 bits. */
const largestBytes = 2n ** 63n - 1n;

/** Marks by which a GitOps tool or Helm knows its own: on a claim it never made, they would have it removed again. */
const ownershipMarks = [
  /^soteria\.dev\//,
  /^meta\.helm\.sh\//,
  /^app\.kubernetes\.io\/(managed-by|instance)$/,
  /^applyset\.kubernetes\.io\//,
  /^objectset\.rio\.cattle\.io\//,
  /^helm\.sh\/chart$/,
  /^argocd\.argoproj\.io\//,
  /^(kustomize|helm)\.toolkit\.fluxcd\.io\//,
];

function withoutOwners(marks: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(marks).filter(([key]) => !ownershipMarks.some((mark) => mark.test(key))));
}

function volumeAccessMode(accessModes: readonly string[]): string {
  if (accessModes.includes('ReadWriteMany') || accessModes.includes('ReadOnlyMany')) return 'rwx';
  return accessModes.includes('ReadWriteOncePod') ? 'rwop' : 'rwo';
}

const accessModesOfVolume: Readonly<Record<string, readonly string[]>> = {
  rwx: ['ReadWriteMany'],
  rwop: ['ReadWriteOncePod'],
};

function refusal(backup: Backup, why: string, fix: string): SoteriaError {
  return new SoteriaError('restore_point_not_usable', {
    what: `restore point ${backup.name} cannot be restored as asked for`,
    why,
    fix,
  });
}

/** Of a backup that is restorable. */
export function shapeClaim(backup: Backup, request: OperationRequest): LonghornShape | SoteriaError {
  const { catalogue } = backup;
  const shape = parseClaimShape(catalogue[catalogueKeys.claimShape] ?? '');
  const sizeBytes = backup.volumeSizeBytes ?? bytesOfQuantity(shape?.volume.sizeBytes ?? '') ?? 0n;
  const asked = request.size === undefined ? undefined : bytesOfQuantity(request.size);
  if (asked !== undefined && asked < sizeBytes) {
    return refusal(
      backup,
      `${request.size ?? ''} was asked for, and the volume it holds has ${sizeBytes} bytes`,
      `ask for at least ${sizeBytes} bytes, or leave size out`,
    );
  }
  if (asked !== undefined && asked > largestBytes) {
    return refusal(backup, `${request.size ?? ''} is more than a volume can have`, 'ask for less, or leave size out');
  }
  const isEncrypted = shape?.volume.isEncrypted ?? catalogue['volume-encrypted'] === 'enabled';
  const secrets = shape === undefined ? {} : secretsOf(shape);
  if (isEncrypted && secrets.nodeStageSecretRef === undefined) {
    return refusal(
      backup,
      'its volume is encrypted, and the point does not say which secret holds the passphrase',
      'restore it in Longhorn with a storage class that names the secret',
    );
  }
  const sourceModes = shape?.accessModes ?? accessModesOfVolume[catalogue['longhorn.io/volume-access-mode'] ?? ''];
  const accessModes = request.accessModes ?? sourceModes ?? ['ReadWriteOnce'];
  const isSameMode = request.accessModes === undefined && shape !== undefined;
  return {
    isRecorded: shape !== undefined,
    storageClassName: request.storageClass ?? shape?.storageClassName ?? staticStorageClass,
    accessModes: accessModes.length === 0 ? ['ReadWriteOnce'] : accessModes,
    volumeMode: shape?.volumeMode ?? 'Filesystem',
    fsType: shape?.fsType ?? 'ext4',
    mountOptions: shape?.mountOptions,
    labels: { ...withoutOwners(shape?.labels), ...labelsAskedFor(request.labels) },
    annotations: withoutOwners(shape?.annotations),
    secrets,
    size: asked !== undefined && asked > sizeBytes ? request.size : undefined,
    requestedStorage: shape?.requestedStorage,
    sizeBytes,
    volume: {
      accessMode: isSameMode ? shape.volume.accessMode : volumeAccessMode(accessModes),
      numberOfReplicas: Math.max(1, shape?.volume.numberOfReplicas ?? 3),
      dataEngine: shape?.volume.dataEngine ?? 'v1',
      isEncrypted,
      backingImage: shape?.volume.backingImage,
    },
  };
}

function secretsOf({ nodeStageSecretRef, nodePublishSecretRef, nodeExpandSecretRef }: ClaimShape): SecretRefs {
  return {
    ...(nodeStageSecretRef === undefined ? {} : { nodeStageSecretRef }),
    ...(nodePublishSecretRef === undefined ? {} : { nodePublishSecretRef }),
    ...(nodeExpandSecretRef === undefined ? {} : { nodeExpandSecretRef }),
  };
}

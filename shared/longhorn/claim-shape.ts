/**
 * The claim as it was when it was backed up: all that a restore needs when cluster, namespace and claim are gone. It travels as
 * JSON text in `Backup.spec.labels` to the target (`catalogueKeys.claimShape`).
 */
import * as z from 'zod';
import type { PersistentVolume, PersistentVolumeClaim } from '../kubernetes/core-types.ts';
import type { LonghornVolume } from './objects.ts';

/** Longhorn keeps labels in the backup's configuration file, which it reads whole on every poll. */
export const maxClaimShapeBytes = 16 * 1024;

const secretRef = z.object({ name: z.string(), namespace: z.string().optional() });
const decimal = z.string().regex(/^\d+$/);

const claimShape = z.object({
  version: z.literal(1),
  namespace: z.string(),
  pvc: z.string(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  storageClassName: z.string().optional(),
  accessModes: z.array(z.string()),
  volumeMode: z.string(),
  /** A Kubernetes quantity, as the claim had it. */
  requestedStorage: z.string().optional(),
  fsType: z.string().optional(),
  mountOptions: z.array(z.string()).optional(),
  /** Names only; for an encrypted volume the restored PV must refer to a secret with the same passphrase. */
  nodeStageSecretRef: secretRef.optional(),
  nodePublishSecretRef: secretRef.optional(),
  nodeExpandSecretRef: secretRef.optional(),
  volume: z.object({
    name: z.string(),
    sizeBytes: decimal,
    isEncrypted: z.boolean(),
    backingImage: z.string().optional(),
    numberOfReplicas: z.int(),
    dataEngine: z.string(),
    accessMode: z.string(),
  }),
  /** True: something had to be left out to stay within the size limit. */
  truncated: z.literal(true).optional(),
});
export type ClaimShape = z.infer<typeof claimShape>;

/** What describes a binding or an apply of the old cluster, and would mislead a new one. */
const leftOutAnnotations = [
  /^kubectl\.kubernetes\.io\/last-applied-configuration$/,
  /^pv\.kubernetes\.io\//,
  /^volume\.kubernetes\.io\//,
  /^volume\.beta\.kubernetes\.io\//,
];

/** Given up in this order when the text is too long; what is left then always fits. */
const expendable = ['annotations', 'labels', 'mountOptions'] as const;

/** JSON text of at most `maxClaimShapeBytes`. */
export function claimShapeOf(pvc: PersistentVolumeClaim, pv: PersistentVolume, volume: LonghornVolume): string {
  const csi = pv.spec?.csi;
  const shape: ClaimShape = {
    version: 1,
    namespace: pvc.metadata.namespace ?? '',
    pvc: pvc.metadata.name,
    labels: filled(pvc.metadata.labels),
    annotations: filled(keptAnnotations(pvc.metadata.annotations ?? {})),
    storageClassName:
      pvc.spec?.storageClassName ?? pvc.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'],
    accessModes: pvc.spec?.accessModes ?? [],
    volumeMode: pvc.spec?.volumeMode ?? 'Filesystem',
    requestedStorage: pvc.spec?.resources?.requests?.['storage'],
    fsType: csi?.fsType,
    mountOptions: pv.spec?.mountOptions,
    nodeStageSecretRef: refOf(csi?.nodeStageSecretRef),
    nodePublishSecretRef: refOf(csi?.nodePublishSecretRef),
    nodeExpandSecretRef: refOf(csi?.nodeExpandSecretRef),
    volume: {
      name: volume.name,
      sizeBytes: volume.sizeBytes.toString(),
      isEncrypted: volume.isEncrypted,
      backingImage: volume.backingImage,
      numberOfReplicas: volume.numberOfReplicas,
      dataEngine: volume.dataEngine,
      accessMode: volume.accessMode,
    },
  };
  for (const member of expendable) {
    if (Buffer.byteLength(JSON.stringify(shape)) <= maxClaimShapeBytes) break;
    delete shape[member];
    shape.truncated = true;
  }
  return JSON.stringify(shape);
}

/** `undefined` for what is no claim shape this version can read. */
export function parseClaimShape(text: string): ClaimShape | undefined {
  try {
    return claimShape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function keptAnnotations(annotations: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).filter(([key]) => !leftOutAnnotations.some((pattern) => pattern.test(key))),
  );
}

function filled(map: Readonly<Record<string, string>> | undefined): Record<string, string> | undefined {
  return map === undefined || Object.keys(map).length === 0 ? undefined : { ...map };
}

function refOf(ref: { name?: string; namespace?: string } | undefined): ClaimShape['nodeStageSecretRef'] {
  return ref?.name === undefined ? undefined : { name: ref.name, namespace: ref.namespace };
}

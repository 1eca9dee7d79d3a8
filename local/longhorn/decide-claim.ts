/** Dynamic provisioning, one object at a time: Volume, then PersistentVolume, then the binding. Pure. */
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { bytesOfQuantity, volumeSizeOf } from './quantity.ts';

export const driver = 'driver.longhorn.io';

export interface ClaimSituation {
  readonly claim: PersistentVolumeClaim;
  /** The PersistentVolume that the claim names, or that was made for the claim. */
  readonly persistentVolume: PersistentVolume | undefined;
  readonly hasVolume: boolean;
  readonly storageClasses: readonly string[];
}

export type ClaimAction =
  | { readonly type: 'nothing' }
  | { readonly type: 'createVolume'; readonly sizeBytes: bigint }
  | { readonly type: 'createPersistentVolume' }
  | { readonly type: 'bind'; readonly persistentVolume: PersistentVolume }
  /** The claim requests more than its volume has: first the volume grows, then its size in Kubernetes. */
  | { readonly type: 'grow'; readonly persistentVolume: PersistentVolume; readonly sizeBytes: bigint }
  /** Corrects the folder and the volume's record of its claim. */
  | { readonly type: 'keep'; readonly persistentVolume: PersistentVolume };

export function decideClaim({ claim, persistentVolume, hasVolume, storageClasses }: ClaimSituation): ClaimAction {
  const nothing: ClaimAction = { type: 'nothing' };
  if (claim.metadata.deletionTimestamp !== undefined) return nothing;
  if (persistentVolume !== undefined) {
    if (persistentVolume.spec?.csi?.driver !== driver || !isMeantFor(persistentVolume, claim)) return nothing;
    const isBound = claim.status?.phase === 'Bound' && claim.spec?.volumeName === persistentVolume.metadata.name;
    const asked = bytesOf(claim.spec?.resources?.requests);
    if (isBound && asked > bytesOf(persistentVolume.spec.capacity)) {
      return { type: 'grow', persistentVolume, sizeBytes: volumeSizeOf(asked) };
    }
    if (!isFitFor(persistentVolume, claim)) return nothing;
    return { type: isBound ? 'keep' : 'bind', persistentVolume };
  }
  if ((claim.spec?.volumeName ?? '') !== '') return nothing;
  if (!storageClasses.includes(claim.spec?.storageClassName ?? '')) return nothing;
  if (hasVolume) return { type: 'createPersistentVolume' };
  const requested = bytesOfQuantity(claim.spec?.resources?.requests?.['storage'] ?? '');
  return requested === undefined ? nothing : { type: 'createVolume', sizeBytes: volumeSizeOf(requested) };
}

function isMeantFor({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const ref = spec?.claimRef;
  if (ref?.name !== metadata.name || ref.namespace !== metadata.namespace) return false;
  return ref.uid === undefined || ref.uid === '' || ref.uid === metadata.uid;
}

function bytesOf(resources: Readonly<Record<string, string>> | undefined): bigint {
  return bytesOfQuantity(resources?.['storage'] ?? '') ?? 0n;
}

/** Kubernetes binds the two to each other only under these conditions; otherwise the claim stays Pending. */
function isFitFor({ spec: volume }: PersistentVolume, { spec: claim }: PersistentVolumeClaim): boolean {
  return (
    bytesOf(claim?.resources?.requests) <= bytesOf(volume?.capacity) &&
    (claim?.storageClassName ?? '') === (volume?.storageClassName ?? '') &&
    (claim?.volumeMode ?? 'Filesystem') === (volume?.volumeMode ?? 'Filesystem') &&
    (claim?.accessModes ?? []).every((mode) => volume?.accessModes?.includes(mode) === true)
  );
}

/** The name of the Volume and of the PersistentVolume that are provisioned for a claim. */
export function volumeNameFor({ metadata }: PersistentVolumeClaim): string {
  return `pvc-${metadata.uid}`;
}

export function accessModeOf({ spec }: PersistentVolumeClaim): 'rwo' | 'rwop' | 'rwx' {
  if (spec?.accessModes?.includes('ReadWriteMany') === true) return 'rwx';
  return spec?.accessModes?.includes('ReadWriteOncePod') === true ? 'rwop' : 'rwo';
}

/** What happens to a PersistentVolume whose claim is gone. */
export function decideRelease(
  persistentVolume: PersistentVolume,
  isClaimThere: boolean,
): 'nothing' | 'release' | 'delete' {
  if (isClaimThere || persistentVolume.spec?.csi?.driver !== driver) return 'nothing';
  // A PersistentVolume without a uid in its claimRef waits for a claim that does not exist yet.
  if ((persistentVolume.spec.claimRef?.uid ?? '') === '') return 'nothing';
  if (persistentVolume.spec.persistentVolumeReclaimPolicy === 'Delete') return 'delete';
  return persistentVolume.status?.phase === 'Released' ? 'nothing' : 'release';
}

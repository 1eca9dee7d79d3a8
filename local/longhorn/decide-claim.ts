/** Dynamic provisioning, one object at a time: Volume, then PersistentVolume, then the binding. Pure. */
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import { bytesOfQuantity, volumeSizeOf } from './quantity.ts';

export const driver = 'driver.longhorn.io';

export interface ClaimSituation {
  readonly claim: PersistentVolumeClaim;
  /** The one the claim names, or the one made for it. */
  readonly persistentVolume: PersistentVolume | undefined;
  readonly hasVolume: boolean;
  readonly storageClasses: readonly string[];
}

export type ClaimAction =
  | { readonly type: 'nothing' }
  | { readonly type: 'createVolume'; readonly sizeBytes: bigint }
  | { readonly type: 'createPersistentVolume' }
  | { readonly type: 'bind'; readonly persistentVolume: PersistentVolume }
  /** The claim asks for more than there is: the volume grows, then what Kubernetes knows of it. */
  | { readonly type: 'grow'; readonly persistentVolume: PersistentVolume; readonly sizeBytes: bigint }
  /** The folder and the volume's record of its claim are kept right. */
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

/** What Kubernetes asks before it binds the two to each other; otherwise the claim stays Pending. */
function isFitFor({ spec: volume }: PersistentVolume, { spec: claim }: PersistentVolumeClaim): boolean {
  return (
    bytesOf(claim?.resources?.requests) <= bytesOf(volume?.capacity) &&
    (claim?.storageClassName ?? '') === (volume?.storageClassName ?? '') &&
    (claim?.volumeMode ?? 'Filesystem') === (volume?.volumeMode ?? 'Filesystem') &&
    (claim?.accessModes ?? []).every((mode) => volume?.accessModes?.includes(mode) === true)
  );
}

/** Longhorn's and Kubernetes' name for what is provisioned for a claim. */
export function volumeNameFor({ metadata }: PersistentVolumeClaim): string {
  return `pvc-${metadata.uid}`;
}

export function accessModeOf({ spec }: PersistentVolumeClaim): 'rwo' | 'rwop' | 'rwx' {
  if (spec?.accessModes?.includes('ReadWriteMany') === true) return 'rwx';
  return spec?.accessModes?.includes('ReadWriteOncePod') === true ? 'rwop' : 'rwo';
}

/** What becomes of a PersistentVolume whose claim is gone. */
export function decideRelease(
  persistentVolume: PersistentVolume,
  isClaimThere: boolean,
): 'nothing' | 'release' | 'delete' {
  if (isClaimThere || persistentVolume.spec?.csi?.driver !== driver) return 'nothing';
  // A PersistentVolume without a uid in its claimRef waits for a claim that has not come yet.
  if ((persistentVolume.spec.claimRef?.uid ?? '') === '') return 'nothing';
  if (persistentVolume.spec.persistentVolumeReclaimPolicy === 'Delete') return 'delete';
  return persistentVolume.status?.phase === 'Released' ? 'nothing' : 'release';
}

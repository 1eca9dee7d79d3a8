/** Which Longhorn volume a claim has now. Backups that do not say whose they are belong to the claim of their volume: it decides who sees them. */
import type { ClusterReader } from '../settings/cluster-reader.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../kubernetes/core-types.ts';
import type { PresentClaim } from '../restore-points/present-claim.ts';

export const longhornDriver = 'driver.longhorn.io';

/** The Longhorn volume a persistent volume stands for. */
export function volumeHandleOf(persistentVolume: PersistentVolume): string | undefined {
  const csi = persistentVolume.spec?.csi;
  return csi?.driver === longhornDriver ? csi.volumeHandle : undefined;
}

type ClaimReader = Pick<ClusterReader, 'getClaim' | 'getPersistentVolume'>;

/** The claim as it is now; undefined when there is none. */
export async function presentClaimOf(
  cluster: ClaimReader,
  ref: { readonly namespace: string; readonly pvc: string },
  signal?: AbortSignal,
): Promise<PresentClaim | undefined> {
  const claim = await cluster.getClaim(ref.namespace, ref.pvc, signal);
  if (claim === undefined) return undefined;
  const volume = await volumeUnder(cluster, claim, signal);
  return { ...ref, volume, terminatingSince: claim.metadata.deletionTimestamp };
}

async function volumeUnder(
  cluster: ClaimReader,
  claim: PersistentVolumeClaim,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const name = claim.spec?.volumeName ?? '';
  if (claim.status?.phase !== 'Bound' || name === '') return undefined;
  return boundVolumeOf(claim, await cluster.getPersistentVolume(name, signal));
}

/**
 * Only what Kubernetes itself has bound to this very claim: `spec.volumeName` is whatever the claim's author wrote, and may name the
 * persistent volume of somebody else.
 */
export function boundVolumeOf(
  { metadata, status }: PersistentVolumeClaim,
  persistentVolume: PersistentVolume | undefined,
): string | undefined {
  if (status?.phase !== 'Bound') return undefined;
  const { claimRef } = persistentVolume?.spec ?? {};
  const isBoundToIt =
    claimRef?.namespace === metadata.namespace && claimRef?.name === metadata.name && claimRef?.uid === metadata.uid;
  return persistentVolume !== undefined && isBoundToIt ? volumeHandleOf(persistentVolume) : undefined;
}

/** The Longhorn volume of the claim; undefined when the claim is gone or has none. */
export async function liveVolumeOf(
  cluster: ClaimReader,
  ref: { readonly namespace: string; readonly pvc: string },
  signal?: AbortSignal,
): Promise<string | undefined> {
  return (await presentClaimOf(cluster, ref, signal))?.volume;
}

/** Which Longhorn volume a claim has now. Backups that do not say whose they are belong to the claim of their volume: it decides who sees them. */
import type { ClusterReader } from '../kubernetes/cluster-reader.ts';
import type { PersistentVolume } from '../kubernetes/core-types.ts';

export const longhornDriver = 'driver.longhorn.io';

/** The Longhorn volume a persistent volume stands for. */
export function volumeHandleOf(persistentVolume: PersistentVolume): string | undefined {
  const csi = persistentVolume.spec?.csi;
  return csi?.driver === longhornDriver ? csi.volumeHandle : undefined;
}

/**
 * Only what Kubernetes itself has bound to this very claim: `spec.volumeName` is whatever the claim's author wrote, and may name the
 * persistent volume of somebody else.
 */
export async function liveVolumeOf(
  cluster: Pick<ClusterReader, 'getClaim' | 'getPersistentVolume'>,
  { namespace, pvc }: { readonly namespace: string; readonly pvc: string },
  signal?: AbortSignal,
): Promise<string | undefined> {
  const claim = await cluster.getClaim(namespace, pvc, signal);
  const name = claim?.spec?.volumeName ?? '';
  if (claim?.status?.phase !== 'Bound' || name === '') return undefined;
  const persistentVolume = await cluster.getPersistentVolume(name, signal);
  const { claimRef } = persistentVolume?.spec ?? {};
  const isBoundToIt = claimRef?.namespace === namespace && claimRef.name === pvc && claimRef.uid === claim.metadata.uid;
  return persistentVolume !== undefined && isBoundToIt ? volumeHandleOf(persistentVolume) : undefined;
}

/** Which Longhorn volume a claim has now. Backups that do not say whose they are belong to the claim of their volume: it decides who sees them. */
import type { ClusterReader } from '../kubernetes/cluster-reader.ts';

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
  const { claimRef, csi } = (await cluster.getPersistentVolume(name, signal))?.spec ?? {};
  const isBoundToIt = claimRef?.namespace === namespace && claimRef.name === pvc && claimRef.uid === claim.metadata.uid;
  return isBoundToIt && csi?.driver === 'driver.longhorn.io' ? csi.volumeHandle : undefined;
}

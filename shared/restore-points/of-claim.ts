/** Which points are a claim's. Pure. */
import type { RestorePoint } from './restore-point.ts';

/** A point without a recorded claim belongs to the claim of the live volume it was made from. */
export function isOfClaim(
  point: Pick<RestorePoint, 'namespace' | 'pvc' | 'volume'>,
  { namespace, pvc }: { readonly namespace: string; readonly pvc: string },
  liveVolume: string | undefined,
): boolean {
  if (point.pvc === null) return liveVolume !== undefined && point.volume === liveVolume;
  return point.namespace === namespace && point.pvc === pvc;
}

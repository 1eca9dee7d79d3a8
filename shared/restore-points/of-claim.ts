/** Which points are a claim's. Pure. */
import type { RestorePoint } from './restore-point.ts';

/** A point whose claim nobody recorded belongs to the claim whose live volume it was made of. */
export function isOfClaim(
  point: Pick<RestorePoint, 'namespace' | 'pvc' | 'volume'>,
  { namespace, pvc }: { readonly namespace: string; readonly pvc: string },
  liveVolume: string | undefined,
): boolean {
  if (point.pvc === null) return liveVolume !== undefined && point.volume === liveVolume;
  return point.namespace === namespace && point.pvc === pvc;
}

/**
 * A point beside the claim as it is now. A claim that is deleted and made again under its name has another volume, and the points made
 * before are still its points: a recovery wants them, but they do not hold the claim's present data, and answers must say so. Pure.
 */
import type { RestorePoint } from './restore-point.ts';

export interface PresentClaim {
  readonly namespace: string;
  readonly pvc: string;
  /** The driver's volume that Kubernetes has bound to this very claim; undefined: none. */
  readonly volume: string | undefined;
  readonly terminatingSince: string | undefined;
}

/** Null: the claim is gone, or the volume of the point is not known, or is another cluster's. */
function isOfEarlierVolume({ volume, origin }: RestorePoint, claim: PresentClaim | undefined): boolean | null {
  if (claim === undefined || volume === null || origin === 'other-cluster') return null;
  return volume !== claim.volume;
}

export function besideClaim(point: RestorePoint, claim: PresentClaim | undefined): RestorePoint {
  return { ...point, of_earlier_volume: isOfEarlierVolume(point, claim) };
}

/** For an answer; null when the claim is gone. */
export function claimView(claim: PresentClaim | undefined) {
  return claim === undefined
    ? null
    : { volume: claim.volume ?? null, terminating_since: claim.terminatingSince ?? null };
}

/** What a person should know before relying on `point`: whole sentences. `point`: as `besideClaim` gives it. */
export function noticesOf(point: RestorePoint | null | undefined, claim: PresentClaim | undefined): string[] {
  if (claim === undefined) return [];
  const name = `claim ${claim.namespace}/${claim.pvc}`;
  const notices: string[] = [];
  if (point?.of_earlier_volume === true) {
    const present =
      claim.volume === undefined ? `: ${name} has no volume now` : ` than ${claim.volume}, which ${name} has now`;
    notices.push(`restore point ${point.id} is of volume ${point.volume ?? ''}, an earlier one${present}`);
  }
  if (claim.terminatingSince !== undefined) notices.push(`${name} is Terminating since ${claim.terminatingSince}`);
  return notices;
}

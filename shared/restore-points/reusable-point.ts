/** Is there a point that a request for a backup may take instead of a new one (`max_age`)? Pure. */
import { isOfClaim } from './of-claim.ts';
import { inOrder, instantOf, isForLatest } from './order.ts';
import type { KnownPoint } from './restore-point.ts';

export interface ReuseQuestion {
  readonly namespace: string;
  readonly pvc: string;
  /** The volume the claim has now. */
  readonly volume: string;
  readonly maxAgeMs: number;
  /** Ids of the points that a restore test has refuted. */
  readonly refuted: readonly string[];
  readonly now: Date;
}

/**
 * What `latest` means among the points of the claim's present volume, when it is young enough. Never an older one: who restores the
 * latest afterwards gets the very point that was answered here.
 */
export function reusablePoint<Source>(
  points: readonly KnownPoint<Source>[],
  question: ReuseQuestion,
): KnownPoint<Source> | undefined {
  const { volume, maxAgeMs, refuted, now } = question;
  const ofVolume = points.filter(({ point }) => point.volume === volume && isOfClaim(point, question, volume));
  const [latest] = inOrder(ofVolume, ({ point }) => point);
  if (latest === undefined || !isForLatest(latest.point) || refuted.includes(latest.point.id)) return undefined;
  return now.getTime() - instantOf(latest.point) <= maxAgeMs ? latest : undefined;
}

/** What restore tests have said, point by point. Pure. */
import { type ClaimProof, lastVerified, standingOf } from './claim-proof.ts';
import { type RestorePoint, withJudgements } from './restore-point.ts';

/** Answers a function that adds to a point what stands of its judgements. */
export function judgeBy(proofs: readonly ClaimProof[]): (point: RestorePoint) => RestorePoint {
  const judged = Map.groupBy(
    proofs.flatMap(({ points }) => points),
    ({ point }) => point,
  );
  return (point) => {
    const points = judged.get(point.id);
    return points === undefined ? point : withJudgements(point, standingOf({ points }, point.id));
  };
}

/** The id of the last proved point of each claim: retention keeps it, even where a weaker check has refuted it since. */
export function lastVerifiedIds(proofs: readonly ClaimProof[]): ReadonlySet<string> {
  return new Set(proofs.flatMap((proof) => lastVerified(proof)?.point ?? []));
}

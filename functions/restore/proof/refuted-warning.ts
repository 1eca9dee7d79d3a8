/** A restore of a point that a restore test has refuted is not refused: it may be all there is. The answer warns of it. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { pointIdOf } from '@soteria/shared/longhorn/restore-points.ts';
import type { Judgement } from '@soteria/shared/restore-points/claim-proof.ts';
import { sourceRefOf } from '@soteria/shared/operation/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import type { VerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import type { World } from '../longhorn/world.ts';

/** What the last restore test of the chosen point said; undefined when there was none. */
export async function judgementOfPoint(
  verified: Pick<VerifiedPoints, 'proofOf'>,
  operation: Operation,
  world: World,
  signal?: AbortSignal,
): Promise<Judgement | undefined> {
  const { chosen: point } = world;
  if (point === undefined || point instanceof SoteriaError) return undefined;
  const { namespace, pvc } = sourceRefOf(operation);
  const id = pointIdOf(point);
  return (await verified.proofOf(namespace, pvc, signal))?.points.find((one) => one.point === id);
}

/** For the answer. */
export function warningOf({ spec }: Pick<Operation, 'spec'>, judged: Judgement | undefined) {
  if (spec.kind === 'RestoreTest' || judged?.outcome !== 'refuted') return {};
  const why = judged.why === undefined ? '' : `: ${judged.why}`;
  return {
    warning: `a restore test has refuted restore point ${judged.point} at ${judged.at}${why}; look at another point`,
  };
}

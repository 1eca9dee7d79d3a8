/** A restore of a point that a restore test has refuted is not refused: it may be all there is. The answer warns of it. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { type Standing, standingOf, unjudged } from '@soteria/shared/restore-points/claim-proof.ts';
import type { VerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import type { RestoreWorld } from '../../../drivers/restore/world.ts';

/** What stands of all that restore tests said about the chosen point. */
export async function judgementsOfPoint(
  verified: Pick<VerifiedPoints, 'proofOf'>,
  operation: Operation,
  world: RestoreWorld,
  signal?: AbortSignal,
): Promise<Standing> {
  const { chosen } = world;
  if (chosen === undefined || chosen instanceof SoteriaError) return unjudged;
  const { namespace, pvc } = sourceRefOf(operation);
  const proof = await verified.proofOf(namespace, pvc, signal);
  return proof === undefined ? unjudged : standingOf(proof, chosen.point.id);
}

/** For the answer. */
export function warningOf({ spec }: Pick<Operation, 'spec'>, { verified, refuted }: Standing = unjudged) {
  if (spec.kind === 'RestoreTest' || refuted === undefined) return {};
  const why = refuted.why === undefined ? '' : `: ${refuted.why}`;
  const beside =
    verified === undefined
      ? 'look at another point'
      : `a proof of ${verified.at} down to ${verified.strength ?? 'the mount'} stands beside it; compare with another point`;
  return { warning: `a restore test has refuted restore point ${refuted.point} at ${refuted.at}${why}; ${beside}` };
}

/** What a restore test has said of its point, for the record that outlives it. Pure. */
import { sourceRefOf } from '@soteria/shared/operation/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import type { ClaimJudgement } from '@soteria/shared/operation/verified-points.ts';

/** Undefined for what has neither proved nor refuted anything. */
export function judgementOf(operation: Operation): ClaimJudgement | undefined {
  const { result, finishedAt } = operation.status ?? {};
  const { proof, dataAsOf, restorePoint } = result ?? {};
  if (operation.spec.kind !== 'RestoreTest' || proof === undefined || proof.outcome === 'inconclusive')
    return undefined;
  if (restorePoint === undefined || finishedAt === undefined) return undefined;
  const common = {
    ...sourceRefOf(operation),
    point: restorePoint,
    at: finishedAt,
    ...(dataAsOf === undefined ? {} : { dataAsOf }),
  };
  if (proof.outcome === 'refuted') {
    // Without a look at the claim it was the restore itself that failed.
    return { ...common, outcome: 'refuted', why: proof.why, strength: proof.strength ?? 'mounts' };
  }
  const { strength, weaker, totalMs } = proof;
  // A claim of another cluster that has the same name is another claim: it is no baseline of ours.
  const isOther = operation.spec.request.clusterId !== undefined;
  const { files, bytes } = isOther ? {} : proof;
  return {
    ...common,
    outcome: 'verified',
    totalMs,
    ...(strength === undefined ? {} : { strength }),
    ...(weaker === undefined ? {} : { weaker }),
    ...(files === undefined ? {} : { files }),
    ...(bytes === undefined ? {} : { bytes }),
  };
}

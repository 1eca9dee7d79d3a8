/** The verdict of a restore test about its point, for the record that outlives the test. Pure. */
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { marksOfProof } from './was-read.ts';
import type { ClaimJudgement } from '@soteria/shared/restore-points/verified-points.ts';

/**
 * Undefined for a test that has neither proved nor refuted anything. A claim of another cluster that has the same name is another claim:
 * judgements about its points would stand among ours, push them out and become their baseline.
 */
export function judgementOf(operation: Operation): ClaimJudgement | undefined {
  const { result, finishedAt, work } = operation.status ?? {};
  const { proof, dataAsOf, restorePoint } = result ?? {};
  if (operation.spec.kind !== 'RestoreTest' || proof === undefined || proof.outcome === 'inconclusive')
    return undefined;
  if (restorePoint === undefined || finishedAt === undefined || work?.foreignCluster !== undefined) return undefined;
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
  const { strength, weaker, totalMs, files, bytes } = proof;
  const read = marksOfProof(operation.spec.request, proof.manifest);
  return {
    ...common,
    outcome: 'verified',
    totalMs,
    ...(strength === undefined ? {} : { strength }),
    ...(weaker === undefined ? {} : { weaker }),
    ...(files === undefined ? {} : { files }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(read.length === 0 ? {} : { read }),
  };
}

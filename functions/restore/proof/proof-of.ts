/** What a restore test has proved, for the record that outlives it. Pure. */
import { sourceRefOf } from '@soteria/shared/operation/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import type { VerifiedPoint } from '@soteria/shared/operation/verified-points.ts';

/** Undefined for what has proved nothing. */
export function proofOf(operation: Operation): VerifiedPoint | undefined {
  const { result, phase, finishedAt } = operation.status ?? {};
  if (operation.spec.kind !== 'RestoreTest' || phase !== 'Succeeded') return undefined;
  if (result?.restorePoint === undefined || finishedAt === undefined) return undefined;
  const { proof, dataAsOf, restorePoint } = result;
  return {
    ...sourceRefOf(operation),
    point: restorePoint,
    verifiedAt: finishedAt,
    ...(dataAsOf === undefined ? {} : { dataAsOf }),
    ...(proof?.strength === undefined ? {} : { strength: proof.strength }),
    ...(proof?.totalMs === undefined ? {} : { totalMs: proof.totalMs }),
  };
}

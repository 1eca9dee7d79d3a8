/** Every child has ended: how many succeeded, and what became of the others. Pure. */
import type { Operation, OperationStatus } from '../record/schema.ts';
import type { OperationKind } from '../kinds/kinds.ts';
import { statusOf, withCondition } from '../record/status.ts';
import type { Many, ManySituation, Tally } from './many.ts';
import { maxProblems, problemOf } from './problem.ts';

function tallyOf({ status }: Operation, children: readonly Operation[], childKind: OperationKind): Tally {
  const {
    takenCount = 0,
    refusedCount = 0,
    skippedCount = 0,
    excludedCount = 0,
    presentCount = 0,
  } = status?.work ?? {};
  const failures = children.filter((child) => child.status?.phase !== 'Succeeded');
  const failed = failures.map(({ spec, status: child }) =>
    problemOf(spec.request.pvc ?? '', `${child?.phase ?? 'not made'}: ${child?.message ?? ''}`),
  );
  const deletedCount = Math.max(0, takenCount - refusedCount - children.length);
  const were = deletedCount === 1 ? 'was deleted before it was counted' : 'were deleted before they were counted';
  const deleted = deletedCount === 0 ? [] : [`${deletedCount} of its ${childKind.toLowerCase()}s ${were}`];
  return {
    succeeded: children.length - failures.length,
    failed: failures.length + deletedCount,
    refused: refusedCount,
    leftOut: skippedCount,
    onPurpose: excludedCount,
    kept: presentCount,
    problems: [...failed, ...deleted, ...(status?.result?.problems ?? [])].slice(0, maxProblems),
  };
}

/** Partial: not all is done, and not on purpose. A failure of all is a failure, and not partial. */
export function endWith<Source, Look>(
  many: Many<Source, Look>,
  situation: ManySituation<Source>,
  children: readonly Operation[],
): OperationStatus {
  const { operation, now } = situation;
  const tally = tallyOf({ ...operation, status: statusOf(operation) }, children, many.childKind);
  const status = many.end(situation, tally);
  const missing = tally.failed + tally.refused + tally.leftOut - tally.onPurpose;
  const isPartial = missing > 0 && (status.phase === 'Succeeded' || tally.succeeded + tally.kept > 0);
  const partial = { type: 'Partial', isTrue: isPartial, reason: isPartial ? 'ClaimsMissing' : 'NotPartial' };
  return withCondition(status, { ...partial, message: status.message }, now);
}

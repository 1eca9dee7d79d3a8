/** Every claim of a namespace is accounted for and every child has ended: how many are back, and what of the others. Pure. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { refuse, shorten, statusOf, succeed } from '@soteria/shared/operation/record/status.ts';
import type { Action } from '../longhorn/action.ts';
import type { Situation } from '../longhorn/situation.ts';

const maxProblems = 100;
/** A hundred of them and everything else must fit into one record. */
const maxProblemText = 400;

export function problemOf(pvc: string, why: string): string {
  return shorten(`${shorten(pvc, 60)}: ${why}`, maxProblemText);
}

export function decideEnd({ operation, now }: Situation, children: readonly Operation[]): Action {
  const status = statusOf(operation);
  const { takenCount = 0, skippedCount = 0, presentCount = 0, dataAsOf } = status.work ?? {};
  const failed = children.filter(({ status: child }) => child?.phase !== 'Succeeded');
  const deletedCount = Math.max(0, takenCount - children.length);
  const were = deletedCount === 1 ? 'was' : 'were';
  const deleted = deletedCount === 0 ? [] : [`${deletedCount} of its restores ${were} deleted before it was counted`];
  const problems = [
    ...(status.result?.problems ?? []),
    ...failed.map(({ spec, status: child }) => problemOf(spec.request.pvc ?? '', child?.message ?? 'not restored')),
    ...deleted,
  ].slice(0, maxProblems);
  const done = children.length - failed.length + presentCount;
  const total = takenCount + skippedCount + presentCount;
  const result = {
    claimsRestored: done,
    claimsFailed: failed.length + deletedCount,
    claimsWithoutPoint: skippedCount,
    problems,
    ...(dataAsOf === undefined ? {} : { dataAsOf }),
  };
  const { namespace } = sourceRefOf(operation);
  if (problems.length === 0) {
    return { do: 'record', status: succeed(status, result, `all ${total} claims of ${namespace} are restored`, now) };
  }
  const partial = new SoteriaError('restore_failed', {
    what: `${done} of ${total} claims of namespace ${namespace} were restored`,
    why: problems.join('; '),
    // Of the same instant, or it would be another set: what is restored already is of this one.
    fix: `remove the causes and ask again with as_of ${dataAsOf ?? ''}: what is restored already is left as it is`,
  });
  return { do: 'record', status: { ...refuse(status, 'Failed', partial, now), result } };
}

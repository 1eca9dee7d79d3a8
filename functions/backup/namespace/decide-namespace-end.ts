/** Every child has ended: what of the namespace is backed up, what is not, and why. Pure. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { refuse, statusOf, succeed } from '@soteria/shared/operation/record/status.ts';
import { maxProblems, problemOf } from './problem.ts';
import type { NamespaceAction, NamespaceSituation } from './world.ts';

const causesInText = 5;

export function decideNamespaceEnd(
  { operation, now }: NamespaceSituation,
  children: readonly Operation[],
): NamespaceAction {
  const status = statusOf(operation);
  const namespace = operation.metadata.namespace ?? '';
  const taken = status.work?.takenCount ?? 0;
  const claimsSkipped = status.work?.skippedCount ?? 0;
  const good = children.filter(({ status: child }) => child?.phase === 'Succeeded');
  const failed = children
    .filter((child) => !good.includes(child))
    .map(({ spec, status: child }) =>
      problemOf(spec.request.pvc ?? '', `${child?.phase ?? 'not made'}: ${child?.message ?? ''}`),
    );
  const goneCount = Math.max(0, taken - children.length);
  if (goneCount > 0) failed.push(`${goneCount} Operations were deleted before they were counted`);
  const claimsFailed = taken - good.length;
  const result = {
    claimsBackedUp: good.length,
    claimsFailed,
    claimsSkipped,
    problems: [...failed, ...(status.result?.problems ?? [])].slice(0, maxProblems),
  };
  const skipped = claimsSkipped === 0 ? '' : `, ${claimsSkipped} left out`;
  if (claimsFailed <= 0) {
    const message = `${good.length} claims of namespace ${namespace} are backed up${skipped}`;
    return { do: 'record', status: { ...succeed(status, result, message, now), settled: true } };
  }
  const partial = new SoteriaError('backup_failed', {
    what: `${good.length} of ${taken} claims of namespace ${namespace} were backed up${skipped}`,
    why: failed.slice(0, causesInText).join('; '),
    fix: 'status.result.problems names each; remove the causes, then ask again: a max_age leaves out what is backed up already',
  });
  return { do: 'record', status: { ...refuse(status, 'Failed', partial, now), result, settled: true } };
}

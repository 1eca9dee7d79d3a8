/** Why a restore point cannot be tested, found out before anything is restored. Pure. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { claimRefOf, sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';

const grant = (namespace: string) =>
  `kubectl create rolebinding soteria-proof -n ${namespace} --clusterrole=soteria-proof --serviceaccount=soteria:restore`;

/** `refusal`: what the API server said to a Job that was only tried. */
export function whyNoJobs(operation: Operation, refusal: SoteriaError): SoteriaError {
  const { namespace } = claimRefOf(operation);
  const source = sourceRefOf(operation);
  const what = `claim ${source.namespace}/${source.pvc} cannot be tested in namespace ${namespace}`;
  if (refusal.code === 'not_found') {
    const fix = `make it: kubectl create namespace ${namespace}; then let the function restore make Jobs in it: ${grant(namespace)}`;
    return new SoteriaError('not_found', { what, why: 'there is no such namespace', fix }, { cause: refusal });
  }
  const fix =
    refusal.code === 'cluster_forbidden'
      ? `let the function restore make Jobs there: ${grant(namespace)}; or leave test_namespace out; if a quota or policy has refused it, see why`
      : 'correct what the API server names in verify.command, then ask again';
  return new SoteriaError('unprocessable', { what, why: refusal.explanation.why, fix }, { cause: refusal });
}

export function tooLargeToTest(operation: Operation, bytes: bigint, limitBytes: bigint): SoteriaError {
  const { namespace, pvc } = sourceRefOf(operation);
  return new SoteriaError('unprocessable', {
    what: `claim ${namespace}/${pvc} cannot be tested`,
    why: `a restore of this point reads ${bytes} bytes, and restore tests may read ${limitBytes} in 24 hours`,
    fix: 'raise SOTERIA_RESTORE_TEST_MAX_BYTES_PER_DAY, or restore the point into a claim of your own and look at it',
  });
}

/** A Pod that mounts it never starts: there is no file system that could be mounted. */
export function noFileSystem(operation: Operation): SoteriaError {
  const { namespace, pvc } = sourceRefOf(operation);
  return new SoteriaError('unprocessable', {
    what: `claim ${namespace}/${pvc} cannot be tested`,
    why: 'its volumeMode is Block, and a restore test looks at files',
    fix: 'restore the point into a claim of your own, and have whatever uses the device look at it',
  });
}

/** What waits is looked at every two minutes, by functions that would sleep otherwise: nothing waits for half a day. */
export const longestBudgetWaitMs = 3_600_000;

export function noRoomToday(operation: Operation, waitsFor: string): SoteriaError {
  const { namespace, pvc } = sourceRefOf(operation);
  return new SoteriaError('rate_limited', {
    what: `claim ${namespace}/${pvc} is not tested now`,
    why: `more than an hour would pass before there is room in ${waitsFor}`,
    fix: 'ask again then, or raise SOTERIA_RESTORE_TEST_MAX_BYTES_PER_DAY',
  });
}

/** Why no Job can look at the claim in the namespace of the test: found out before anything is restored. Pure. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { claimRefOf, sourceRefOf } from '@soteria/shared/operation/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';

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

/** What stands against backing up a claim whatever its driver. Pure: refusals are values. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { ClaimRef } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Look } from './world.ts';

export function whyClaimNot(ref: ClaimRef, claim: Look<PersistentVolumeClaim>): SoteriaError | undefined {
  const name = `${ref.namespace}/${ref.pvc}`;
  if (claim.seen === undefined) {
    return new SoteriaError('claim_not_found', {
      what: `claim ${name} cannot be backed up`,
      why: `namespace ${ref.namespace} holds no persistent volume claim ${ref.pvc}`,
      fix: `check the names with: kubectl get pvc -n ${ref.namespace}`,
    });
  }
  const phase = claim.seen.status?.phase ?? 'unknown';
  const volumeName = claim.seen.spec?.volumeName ?? '';
  if (phase !== 'Bound' || volumeName === '') {
    return new SoteriaError('claim_not_bound', {
      what: `claim ${name} cannot be backed up`,
      why: `it is ${phase}, not Bound: there is no volume under it yet`,
      fix: `see why with: kubectl describe pvc -n ${ref.namespace} ${ref.pvc}; ask again when it is Bound`,
    });
  }
  return undefined;
}

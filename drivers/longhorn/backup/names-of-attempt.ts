/** The names of what a backup with Longhorn makes. */
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { longhornName, timeFromName } from '@soteria/shared/operation/record/names.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';

/** Snapshot and Backup of one attempt have one name. */
export function nameOfAttempt(operation: Operation, attempt: number): string {
  const { name, uid, creationTimestamp } = operation.metadata;
  const { namespace, pvc } = claimRefOf(operation);
  const at = timeFromName(name) ?? new Date(creationTimestamp);
  return longhornName({ namespace, claim: pvc, at, operationUid: uid, attempt });
}

/** Of what has come back from the target without marks and catalogue: only this operation gives its attempts these names. */
export function isNameOfAttempt(operation: Operation, name: string): boolean {
  const { attempt = 1 } = operation.status?.work ?? {};
  return Array.from({ length: attempt }, (_, index) => nameOfAttempt(operation, index + 1)).includes(name);
}

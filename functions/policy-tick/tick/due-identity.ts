/**
 * The identity of a due backup: policy, claim and due instant. Pure. The Operation's name follows from it, so that a second tick, a second pod or a
 * second ping meets "already exists": it was asked for.
 */
import { operationName } from '@soteria/shared/operation/record/names.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import type { DueBackup } from '../order/take-turns.ts';

/** `spec.identity` of the Operation. */
export function dueIdentity({ policy, namespace, claim, dueAt }: DueBackup): string {
  return `policy/${policy}/${namespace}/${claim}/${dueAt.toISOString()}`;
}

/** Two policies may be due for one claim in the same second. */
export function dueOperationName({ policy, claim, dueAt }: DueBackup): string {
  return operationName('backup', claim, dueAt, shortHash(policy));
}

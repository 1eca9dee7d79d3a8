/**
 * The identity of a due backup or restore test: policy, claim and due instant. Pure. The Operation's name follows from it, so that a second tick, a
 * second pod or a second ping meets "already exists": it was asked for.
 */
import { operationName } from '@soteria/shared/operation/record/names.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';

export interface DueOfClaim {
  readonly policy: string;
  readonly namespace: string;
  readonly claim: string;
  readonly dueAt: Date;
}

/** `spec.identity` of the Operation. */
export function dueIdentity(due: DueOfClaim): string {
  return `policy/${ofClaim(due)}`;
}

export function dueTestIdentity(due: DueOfClaim): string {
  return `verify/${ofClaim(due)}`;
}

function ofClaim({ policy, namespace, claim, dueAt }: DueOfClaim): string {
  return `${policy}/${namespace}/${claim}/${dueAt.toISOString()}`;
}

/** Two policies may be due for one claim in the same second. */
export function dueOperationName({ policy, claim, dueAt }: DueOfClaim): string {
  return operationName('backup', claim, dueAt, shortHash(policy));
}

export function dueTestName({ policy, claim, dueAt }: DueOfClaim): string {
  return operationName('restoretest', claim, dueAt, shortHash(policy));
}

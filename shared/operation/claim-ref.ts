/** The claim an Operation is about: it lives in the Operation's own namespace. */
import type { Operation } from './schema.ts';

export interface ClaimRef {
  readonly namespace: string;
  readonly pvc: string;
}

/** `pvc` is empty for kinds that are about no single claim. */
export function claimRefOf(operation: Operation): ClaimRef {
  return { namespace: operation.metadata.namespace ?? '', pvc: operation.spec.request.pvc ?? '' };
}

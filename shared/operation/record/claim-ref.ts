/**
 * The claim an Operation is about: it lives in the Operation's own namespace. For a restore that is the claim it makes. A prune names the
 * namespace of its claim.
 */
import type { KindOfOperation } from '../kinds/kind.ts';
import { operationKinds } from '../kinds/kinds.ts';
import { testClaimName } from './names.ts';
import type { Operation, OperationSpec } from './schema.ts';

export interface ClaimRef {
  readonly namespace: string;
  readonly pvc: string;
}

/** `pvc` is empty for kinds that are about no single claim. */
export function claimRefOf(operation: Operation): ClaimRef {
  switch (claimOf(operation.spec)) {
    case 'test':
      return testClaimOf(operation);
    case 'source':
      return sourceRefOf(operation);
    case 'target':
    case 'own':
      return { namespace: operation.metadata.namespace ?? '', pvc: claimNameOf(operation.spec) ?? '' };
  }
}

/** As the table of the kinds says; a kind of another version is about the claim that it names. */
function claimOf({ kind }: Pick<OperationSpec, 'kind'>): KindOfOperation['claim'] {
  const kinds: Readonly<Record<string, KindOfOperation>> = operationKinds;
  return kinds[kind]?.claim ?? 'own';
}

/** The default namespace for the claim of a restore test: the namespace that is shipped for it. */
export const proofNamespace = 'soteria-proof';

/** A restore test makes its own claim, under a name that nothing else makes, and deletes it again. */
function testClaimOf({ metadata, spec }: Operation): ClaimRef {
  const { testNamespace = proofNamespace, pvc = '' } = spec.request;
  return { namespace: testNamespace, pvc: testClaimName(pvc, metadata.uid) };
}

export function claimNameOf(spec: Pick<OperationSpec, 'kind' | 'request'>): string | undefined {
  return claimOf(spec) === 'target' ? spec.request.targetPvc : spec.request.pvc;
}

/** The claim whose restore points a restore takes: it need not exist any more. */
export function sourceRefOf({ metadata, spec }: Operation): ClaimRef {
  return { namespace: spec.request.namespace ?? metadata.namespace ?? '', pvc: spec.request.pvc ?? '' };
}

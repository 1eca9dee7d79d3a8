/** Moves one Operation of kind NamespaceBackup; the loop is `shared/operation/advance.ts`. */
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import { type AdvanceCall, advanceWith } from '@soteria/shared/operation/advance.ts';
import type { OneAtATime } from '@soteria/shared/operation/one-at-a-time.ts';
import { type Operation, operationKinds } from '@soteria/shared/operation/schema.ts';
import type { OperationStore } from '@soteria/shared/operation/store.ts';
import { decideNamespaceBackup } from './decide-namespace.ts';
import { type NamespaceTools, performOnNamespace } from './perform-namespace.ts';

export interface AdvanceNamespaceTools extends NamespaceTools {
  readonly inTurn: OneAtATime;
  readonly now: () => Date;
}

export const namespaceKind = 'NamespaceBackup';

/** Only what its name allows is read for it: the name of a claim may begin so, too. */
export async function isOfNamespace(
  store: Pick<OperationStore, 'get'>,
  ref: ObjectRef,
  { signal }: AdvanceCall,
): Promise<boolean> {
  if (!ref.name.startsWith(`soteria-${operationKinds[namespaceKind].verb}-`)) return false;
  return (await store.get(ref, signal))?.spec.kind === namespaceKind;
}

export function advanceNamespace(
  tools: AdvanceNamespaceTools,
  ref: ObjectRef,
  call: AdvanceCall,
): Promise<Operation | undefined> {
  const { store, inTurn, now } = tools;
  return advanceWith(
    {
      functionName: 'backup',
      store,
      inTurn,
      nothingSeen: {},
      decide: (known) => decideNamespaceBackup({ ...known, now: now() }),
      perform: (known, action, { signal }) => performOnNamespace(tools, known, action, signal),
    },
    ref,
    call,
  );
}

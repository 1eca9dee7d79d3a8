/** Deleting an operation that makes many cancels it: its children that have not ended are cancelled, too. */
import { SoteriaError } from '../../errors.ts';
import type { ObjectRef } from '../../kubernetes/client.ts';
import { parentLabel } from '../record/marks.ts';
import { claimHash } from '../record/names.ts';
import { isTerminal, type Operation } from '../record/schema.ts';
import type { OperationStore } from '../record/store.ts';

type Store = Pick<OperationStore, 'get' | 'requestCancel'>;

/** Another operation of the same name is not the parent: the identity of a child carries the uid of its own. */
function isChildOf(child: Operation, parent: Operation | undefined): boolean {
  return parent !== undefined && child.spec.identity?.includes(`:${parent.metadata.uid}:`) === true;
}

/** The operation as it is then. Whether its parent is there costs one read, and only where the operation has a parent. */
export async function cancelIfOrphaned(store: Store, operation: Operation, signal?: AbortSignal): Promise<Operation> {
  const { metadata, spec, status } = operation;
  const { parent: name } = spec.cause ?? {};
  const isOpen = !isTerminal(status?.phase) && spec.cancelRequested !== true;
  if (name === undefined || spec.identity === undefined || !isOpen) return operation;
  const parent = await store.get({ namespace: metadata.namespace, name }, signal);
  if (isChildOf(operation, parent)) return operation;
  try {
    return await store.requestCancel({ namespace: metadata.namespace, name: metadata.name }, signal);
  } catch (error) {
    if (error instanceof SoteriaError && error.code === 'not_found') return operation;
    throw error;
  }
}

/** After the deletion of an operation: its open children, each with its cancellation requested. */
export async function cancelChildrenOf(
  store: Store & Pick<OperationStore, 'list'>,
  { namespace = '', name }: ObjectRef,
  signal?: AbortSignal,
): Promise<readonly Operation[]> {
  const found = await store.list({ namespace, labelSelector: `${parentLabel}=${claimHash(namespace, name)}` }, signal);
  const open = found.filter(({ spec, status }) => spec.cause?.parent === name && !isTerminal(status?.phase));
  return Promise.all(open.map((child) => cancelIfOrphaned(store, child, signal)));
}

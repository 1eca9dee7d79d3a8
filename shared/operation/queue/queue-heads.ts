/** Who of those that wait could begin: of each claim the oldest one of each kind, oldest first. Pure. */
import { claimRefOf } from '../record/claim-ref.ts';
import { isTerminal, type Operation } from '../record/schema.ts';
import { byAge } from '../record/store.ts';

function queueOf(operation: Operation): string {
  const { namespace, pvc } = claimRefOf(operation);
  return pvc === '' ? operation.metadata.uid : `${operation.spec.kind} ${namespace}/${pvc}`;
}

/** `open` may hold running operations too: no operation of their queue can begin. */
export function queueHeads(open: readonly Operation[]): Operation[] {
  const heads = new Map<string, Operation>();
  for (const operation of open.filter(({ status }) => !isTerminal(status?.phase)).toSorted(byAge)) {
    const queue = queueOf(operation);
    if (operation.status?.phase === 'Running' || !heads.has(queue)) heads.set(queue, operation);
  }
  return [...heads.values()].filter(({ status }) => status?.phase !== 'Running').toSorted(byAge);
}

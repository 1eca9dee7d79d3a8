/** How long an ended operation is kept as a record. Pure; the log keeps its end for good. */
import { claimRefOf } from './claim-ref.ts';
import { isTerminal, type Operation } from './schema.ts';
import { byAge } from './store.ts';

/** Of an identity that a schedule made: policy, claim and the instant that was due. */
export const tickIdentityPrefix = 'tick:';

/** Asked-for operations are kept for a day after they ended. */
export const memoryMs = 24 * 60 * 60 * 1_000;

function isEnded({ status }: Operation): boolean {
  return isTerminal(status?.phase) && status?.settled === true;
}

function targetOf(operation: Operation): string {
  const { namespace, pvc } = claimRefOf(operation);
  return `${operation.spec.kind} ${namespace}/${pvc}`;
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace}/${name}`;
}

/** Those that may be forgotten; never one that its parent has still to count: scheduled ones when a newer one of the same target has ended, asked-for ones a day after their end. */
export function forgettable(operations: readonly Operation[], now: Date): Operation[] {
  const newest = new Map<string, Operation>();
  for (const one of operations.filter(isEnded).toSorted(byAge)) newest.set(targetOf(one), one);
  const open = new Set(
    operations.filter((one) => !isEnded(one)).map(({ metadata }) => keyOf(metadata.namespace, metadata.name)),
  );
  return operations.filter((one) => {
    if (!isEnded(one)) return false;
    const { parent } = one.spec.cause ?? {};
    if (parent !== undefined && open.has(keyOf(one.metadata.namespace, parent))) return false;
    if (one.spec.identity?.startsWith(tickIdentityPrefix) === true) {
      return newest.get(targetOf(one))?.metadata.uid !== one.metadata.uid;
    }
    return now.getTime() - Date.parse(one.status?.finishedAt ?? '') > memoryMs;
  });
}

/** How long an ended operation is kept as a record. Pure; the log keeps its end for good. */
import { claimNameOf } from './claim-ref.ts';
import { isTerminal, type Operation } from './schema.ts';
import { byAge } from './store.ts';

/** A requested operation is kept for a day after it ended. */
export const memoryMs = 24 * 60 * 60 * 1_000;

function isEnded({ status }: Operation): boolean {
  return isTerminal(status?.phase) && status?.settled === true;
}

function isScheduled({ spec }: Operation): boolean {
  return spec.requestedBy?.via === 'policy';
}

function hasSucceeded({ status }: Operation): boolean {
  return status?.phase === 'Succeeded';
}

/** The same for successes of one policy and claim, and for its other ends. */
function seriesOf(operation: Operation): string {
  const { metadata, spec } = operation;
  return `${spec.kind} ${metadata.namespace}/${claimNameOf(spec)} ${spec.request.policy} ${hasSucceeded(operation)}`;
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace}/${name}`;
}

/**
 * Operations that may be forgotten; never one that its parent has still to count. What was asked for goes a day after it ended. Of what a policy asked
 * for, the newest success of each claim stays until a newer one has ended: it says that there were restore points. What did not succeed goes a
 * day after it ended, and its instant is due again unless a newer one has come. A restore test stays for a day in any case, because the
 * budget of that day counts it.
 */
export function forgettable(operations: readonly Operation[], now: Date): Operation[] {
  const newest = new Map<string, Operation>();
  for (const one of operations.filter(isEnded).filter(isScheduled).toSorted(byAge)) newest.set(seriesOf(one), one);
  const open = new Set(
    operations.filter((one) => !isEnded(one)).map(({ metadata }) => keyOf(metadata.namespace, metadata.name)),
  );
  return operations.filter((one) => {
    if (!isEnded(one)) return false;
    const { parent } = one.spec.cause ?? {};
    if (parent !== undefined && open.has(keyOf(one.metadata.namespace, parent))) return false;
    const isOld = now.getTime() - Date.parse(one.status?.finishedAt ?? '') > memoryMs;
    if (!isScheduled(one)) return isOld;
    if (newest.get(seriesOf(one)) === one) return isOld && !hasSucceeded(one);
    return isOld || one.spec.kind !== 'RestoreTest';
  });
}

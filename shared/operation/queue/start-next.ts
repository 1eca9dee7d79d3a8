/** An operation that releases a slot starts the next one in the same wake-up: the oldest waiting operation that fits, of any claim. */
import type { AdvanceCall } from '../engine/advance.ts';
import { ownerOf } from '../record/kind-owner.ts';
import type { Operation } from '../record/schema.ts';
import type { OperationStore } from '../record/store.ts';
import type { Slots } from './slots.ts';
import type { WaitingLine } from './waiting-line.ts';

export interface NextStarter {
  readonly functionName: string;
  readonly store: Pick<OperationStore, 'get'>;
  readonly line: WaitingLine;
  readonly slots: Pick<Slots, 'looksFull'>;
  /** Moves one of our own, as it was read just now; answers it as it is then. */
  move(operation: Operation, call: AdvanceCall): Promise<Operation | undefined>;
  /** Asks the function that moves it to look at one that is not ours. */
  wake(operation: Operation, call: AdvanceCall): Promise<void>;
}

const phaseOf = (operation: Operation | undefined) => operation && (operation.status?.phase ?? 'Pending');

/** Tried in one wake-up: when so many cannot begin, the next sweep tries again. */
const maxTries = 10;

export async function startNext(starter: NextStarter, call: AdvanceCall): Promise<void> {
  const { line, slots } = starter;
  const tried = new Set<string>();
  // An operation that could begin may have come since the line was listed: list it again before this slot stays empty.
  for (const heads of [() => Promise.resolve(line.remembered()), () => line.list(call.signal)]) {
    for (const head of await heads()) {
      // Another wake-up was faster: the next released slot starts the next operation.
      if (tried.size >= maxTries || (await slots.looksFull())) return;
      if (ownerOf(head) === undefined || tried.has(head.metadata.uid) || !line.take(head)) continue;
      tried.add(head.metadata.uid);
      if (await hasStarted(starter, head, call)) return;
    }
  }
}

async function hasStarted(starter: NextStarter, head: Operation, call: AdvanceCall): Promise<boolean> {
  let isWaiting = true;
  try {
    if (ownerOf(head) === starter.functionName) {
      const moved = await tryToStart(starter, head, call);
      isWaiting = phaseOf(moved) === 'Pending';
      return phaseOf(moved) === 'Running';
    }
    // Only its own function finds out whether it fits. It may not fit, so our own operations are tried too: the slots decide.
    await starter.wake(head, call);
  } catch (error) {
    // The next operation is recorded and the sweep wakes it; the operation that ended stays ended.
    call.log.error('next_operation_not_started', error, { operation: head.metadata.name });
  } finally {
    starter.line.putBack(head, { isWaiting });
  }
  return false;
}

/** Another pod may have started it since it was listed; then this slot is for the one after it. */
async function tryToStart(starter: NextStarter, head: Operation, call: AdvanceCall): Promise<Operation | undefined> {
  const found = await starter.store.get(head.metadata, call.signal);
  const isSame = found?.metadata.uid === head.metadata.uid;
  return found !== undefined && isSame && phaseOf(found) === 'Pending' ? starter.move(found, call) : undefined;
}

/** Whoever frees a slot starts the next in the same wake-up: the oldest waiting operation that fits, of whatever claim. */
import type { AdvanceCall } from './advance.ts';
import { ownerOf } from './kind-owner.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import type { Operation } from './schema.ts';
import type { OperationStore } from './store.ts';
import type { WaitingLine } from './waiting-line.ts';

export interface NextStarter {
  readonly functionName: string;
  readonly store: Pick<OperationStore, 'get'>;
  readonly line: WaitingLine;
  readonly inTurn: OneAtATime;
  /** Moves one of our own, as it was read just now; answers it as it is then. */
  move(operation: Operation, call: AdvanceCall): Promise<Operation | undefined>;
  /** Asks the function that moves it to look at one that is not ours. */
  wake(operation: Operation, call: AdvanceCall): Promise<void>;
}

const phaseOf = (operation: Operation | undefined) => operation && (operation.status?.phase ?? 'Pending');

/** Tried in one wake-up: when so many cannot begin, the next sweep tries again. */
const maxTries = 10;

/** One after another: ten that end at once would all start the same one, and leave nine slots empty. */
export function startNext(starter: NextStarter, call: AdvanceCall): Promise<void> {
  return starter.inTurn('start-next', () => startOldest(starter, call));
}

async function startOldest(starter: NextStarter, call: AdvanceCall): Promise<void> {
  const { line } = starter;
  const tried = new Set<string>();
  // One that could begin may have come since the line was listed: it is listed again before this slot stays empty.
  for (const heads of [() => Promise.resolve(line.remembered()), () => line.list(call.signal)]) {
    for (const head of await heads()) {
      if (tried.size >= maxTries) return;
      if (ownerOf(head) === undefined || tried.has(head.metadata.uid)) continue;
      tried.add(head.metadata.uid);
      if (await hasStarted(starter, head, call)) return;
    }
  }
}

async function hasStarted(starter: NextStarter, head: Operation, call: AdvanceCall): Promise<boolean> {
  try {
    if (ownerOf(head) === starter.functionName) return phaseOf(await tryToStart(starter, head, call)) === 'Running';
    // Whether it fits is for its function to find out. It may not, so ours are tried all the same: the slots decide.
    await starter.wake(head, call);
  } catch (error) {
    // It is recorded and will be swept; the one that ended has ended all the same.
    call.log.error('next_operation_not_started', error, { operation: head.metadata.name });
  }
  return false;
}

/** Another pod may have started it since it was listed; then this slot is for the one after it. */
async function tryToStart(starter: NextStarter, head: Operation, call: AdvanceCall): Promise<Operation | undefined> {
  const { store, line } = starter;
  const found = await store.get(head.metadata, call.signal);
  const isSame = found?.metadata.uid === head.metadata.uid;
  const moved =
    found !== undefined && isSame && phaseOf(found) === 'Pending' ? await starter.move(found, call) : undefined;
  if (phaseOf(moved) !== 'Pending') line.strike(head);
  return moved;
}

/** Whoever frees a slot starts the next in the same wake-up: the oldest waiting operation that fits, of whatever claim. */
import type { AdvanceCall } from './advance.ts';
import { ownerOf } from './kind-owner.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import { queueHeads } from './queue-heads.ts';
import { type Operation, terminalPhases } from './schema.ts';
import type { OperationStore } from './store.ts';

export interface NextStarter {
  readonly functionName: string;
  readonly store: Pick<OperationStore, 'list' | 'get'>;
  readonly inTurn: OneAtATime;
  /** Moves one of our own; answers it as it is then. */
  move(operation: Operation, call: AdvanceCall): Promise<Operation | undefined>;
  /** Asks the function that moves it to look at one that is not ours. */
  wake(operation: Operation, call: AdvanceCall): Promise<void>;
}

/** Neither running nor ended; what nobody has looked at yet has no phase. */
export const waitingSelector = ['Running', ...terminalPhases].map((phase) => `status.phase!=${phase}`).join(',');

function isWaiting(operation: Operation | undefined): boolean {
  return operation !== undefined && (operation.status?.phase ?? 'Pending') === 'Pending';
}

/** Tried in one wake-up: when so many cannot begin, the next sweep tries again. */
const maxTries = 10;

/** One after another: ten that end at once would all start the same one, and leave nine slots empty. */
export function startNext(starter: NextStarter, call: AdvanceCall): Promise<void> {
  return starter.inTurn('start-next', () => startOldest(starter, call));
}

async function startOldest(starter: NextStarter, call: AdvanceCall): Promise<void> {
  const open = await starter.store.list({ fieldSelector: waitingSelector }, call.signal);
  const known = queueHeads(open).filter((head) => ownerOf(head) !== undefined);
  for (const head of known.slice(0, maxTries)) {
    try {
      if (ownerOf(head) !== starter.functionName) {
        // Whether it fits is for its function to find out. It may not, so ours are tried all the same: the slots decide.
        await starter.wake(head, call);
        continue;
      }
      // Another pod may have started it since it was listed; then this slot is for the one after it.
      if (!isWaiting(await starter.store.get(head.metadata, call.signal))) continue;
      const moved = await starter.move(head, call);
      if (moved?.status?.phase === 'Running') return;
    } catch (error) {
      // It is recorded and will be swept; the one that ended has ended all the same.
      call.log.error('next_operation_not_started', error, { operation: head.metadata.name });
    }
  }
}

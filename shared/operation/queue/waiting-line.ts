/**
 * Who waits for a slot, oldest first. The cluster is listed once for many ends: newcomers queue behind the operations already listed, so that
 * a line that is a little old still names the right ones at its front. It only says whom to try: each is read before it is moved.
 */
import type { Operation } from '../record/schema.ts';
import { terminalPhases } from '../record/schema.ts';
import { queueHeads } from './queue-heads.ts';
import { byAge, type OperationStore } from '../record/store.ts';

/** Neither running nor ended; an operation that no function has read yet has no phase. */
export const waitingSelector = ['Running', ...terminalPhases].map((phase) => `status.phase!=${phase}`).join(',');

export interface WaitingLine {
  /** As it was listed a while ago: of each claim the oldest one of each kind, oldest first; empty when that is too long ago. */
  remembered(): readonly Operation[];
  /** The same, as it is now. */
  list(signal?: AbortSignal): Promise<readonly Operation[]>;
  /** False when this process already works on the operation: many that end at once start as many different operations. */
  take(operation: Operation): boolean;
  /** After `take`. */
  putBack(operation: Operation, outcome: { readonly isWaiting: boolean }): void;
}

export interface WaitingLineOptions {
  readonly store: Pick<OperationStore, 'list'>;
  readonly now: () => Date;
}

/** For 30 seconds, newcomers queue behind the operations already listed. */
const maxAgeMs = 30_000;

/** What says whose turn it is; a thousand whole records would be megabytes. */
function withoutStatus({ status: _status, ...rest }: Operation): Operation {
  return rest;
}

export function createWaitingLine({ store, now }: WaitingLineOptions): WaitingLine {
  let line: readonly Operation[] = [];
  const inHand = new Set<string>();
  let listedAt = Number.NEGATIVE_INFINITY;
  return {
    remembered() {
      const age = now().getTime() - listedAt;
      return age >= 0 && age < maxAgeMs ? queueHeads(line) : [];
    },
    async list(signal) {
      const at = now().getTime();
      const found = await store.list({ fieldSelector: waitingSelector }, signal);
      line = found.map(withoutStatus).toSorted(byAge);
      listedAt = at;
      return queueHeads(line);
    },
    take({ metadata: { uid } }) {
      if (inHand.has(uid)) return false;
      inHand.add(uid);
      return true;
    },
    putBack({ metadata: { uid } }, { isWaiting }) {
      inHand.delete(uid);
      if (!isWaiting) line = line.filter((one) => one.metadata.uid !== uid);
    },
  };
}

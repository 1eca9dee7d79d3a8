/** What the sweep does about all Operations. Pure. */
import type { SlotEntry } from '@soteria/shared/operation/queue/decide-slots.ts';
import { forgettable } from '@soteria/shared/operation/record/decide-memory.ts';
import { ownerOf } from '@soteria/shared/operation/record/kind-owner.ts';
import { queueHeads } from '@soteria/shared/operation/queue/queue-heads.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { isTerminal } from '@soteria/shared/operation/record/schema.ts';
import { byAge } from '@soteria/shared/operation/record/store.ts';

/** Of those that wait for their turn only so many are pointed out: whoever ends starts the next anyway. */
export const maxHeads = 50;

export interface SweepQuestion {
  readonly operations: readonly Operation[];
  readonly entries: readonly SlotEntry[];
  readonly now: Date;
}

export interface Swept {
  readonly wake: readonly Operation[];
  readonly purge: readonly Operation[];
  /** Not settled yet, woken or not. */
  readonly openCount: number;
}

function isOpen({ status }: Operation): boolean {
  return !isTerminal(status?.phase) || status?.settled !== true;
}

export function decideSweep({ operations, entries, now }: SweepQuestion): Swept {
  const known = operations.filter((one) => ownerOf(one) !== undefined);
  const open = known.filter(isOpen);
  const heads = new Set(queueHeads(open).slice(0, maxHeads));
  const holders = new Set(entries.map(({ uid }) => uid));
  const isDue = (one: Operation): boolean =>
    one.status?.phase !== 'Pending' ||
    one.spec.cancelRequested === true ||
    holders.has(one.metadata.uid) ||
    heads.has(one);
  return { wake: open.filter(isDue).toSorted(byAge), purge: forgettable(known, now), openCount: open.length };
}

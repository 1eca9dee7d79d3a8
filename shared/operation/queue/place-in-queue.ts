/** The place of a waiting operation in the queue, computed on request: a stored place would be old a moment later. Pure. */
import type { SlotEntry } from './decide-slots.ts';
import type { Operation } from '../record/schema.ts';
import { byAge } from '../record/store.ts';

export interface PlaceInQueue {
  /** 1 is the next; 0 holds a slot already and is about to begin. */
  readonly place: number;
  /** In words, from the record. */
  readonly waits_for: string;
}

/** Undefined for what does not wait. `waiting` are all Pending operations, in any order. */
export function placeInQueue(
  operation: Operation,
  entries: readonly SlotEntry[],
  waiting: readonly Operation[],
): PlaceInQueue | undefined {
  const { uid } = operation.metadata;
  const phase = operation.status?.phase ?? 'Pending';
  if (phase !== 'Pending') return undefined;
  const waitsFor = operation.status?.message ?? 'being looked at for the first time';
  const held = new Set(entries.map((entry) => entry.uid));
  if (held.has(uid)) return { place: 0, waits_for: waitsFor };
  const before = waiting.filter(
    (one) =>
      (one.status?.phase ?? 'Pending') === 'Pending' &&
      one.metadata.uid !== uid &&
      !held.has(one.metadata.uid) &&
      byAge(one, operation) < 0,
  );
  return { place: before.length + 1, waits_for: waitsFor };
}

/**
 * What this process last knew of operations that run: the record as it wrote or read it, and what it saw that still holds. It may be
 * old. A decision made from it counts only when it is to record something: the write names the resourceVersion it was judged by, and
 * is refused when anybody has written since. Whatever else would be decided is decided anew from the record itself.
 */
import type { ObjectRef } from '../../kubernetes/client.ts';
import type { Known } from './advance.ts';

export interface KnownMemory<World> {
  recall(ref: ObjectRef): Known<World> | undefined;
  /** Remembers a running operation; any other operation is forgotten. */
  keep(known: Known<World>): void;
  /** This process has made the object, under a name that is never used twice, and has read it. */
  noteMade(ref: ObjectRef): void;
  /** That it has appeared is no news. */
  hasMade(ref: ObjectRef): boolean;
}

const keyOf = ({ namespace = '', name }: ObjectRef): string => `${namespace}/${name}`;

/** Names only. */
const maxMade = 5_000;

/** Holds at most `maxKnown`, the ones used last; each takes a few KiB. */
export function rememberKnown<World>(maxKnown = 200): KnownMemory<World> {
  const memory = new Map<string, Known<World>>();
  const made = new Set<string>();
  return {
    hasMade: (ref) => made.has(keyOf(ref)),
    noteMade(ref) {
      if (made.size >= maxMade) made.clear();
      made.add(keyOf(ref));
    },
    recall: (ref) => memory.get(keyOf(ref)),
    keep(known) {
      const key = keyOf(known.operation.metadata);
      memory.delete(key);
      if (known.operation.status?.phase !== 'Running') return;
      const oldest = memory.keys().next();
      if (memory.size >= maxKnown && oldest.done !== true) memory.delete(oldest.value);
      memory.set(key, known);
    },
  };
}

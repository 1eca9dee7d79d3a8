/** A sample of fixed size from a stream of unknown length, whatever the stream's order: the same seed chooses the same items. Pure. */
import { createHash } from 'node:crypto';

export interface Sample<Item> {
  offer(key: string, item: Item): void;
  /** Sorted by key. */
  chosen(): Item[];
}

interface Ranked<Item> {
  readonly rank: string;
  readonly key: string;
  readonly item: Item;
}

/** Keeps the items whose keys have the lowest hashes: every subset of that size is equally likely over all seeds. */
export function chooseSample<Item>(size: number, seed: string): Sample<Item> {
  const kept: Ranked<Item>[] = [];
  return {
    offer(key, item) {
      if (size === 0) return;
      const rank = createHash('sha256').update(`${seed}\n${key}`).digest('hex');
      const last = kept.at(-1);
      if (kept.length === size && last !== undefined && last.rank <= rank) return;
      kept.splice(placeOf(kept, rank), 0, { rank, key, item });
      if (kept.length > size) kept.pop();
    },
    chosen: () => kept.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ item }) => item),
  };
}

function placeOf(kept: readonly { readonly rank: string }[], rank: string): number {
  let low = 0;
  let high = kept.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((kept[middle]?.rank ?? '') < rank) low = middle + 1;
    else high = middle;
  }
  return low;
}

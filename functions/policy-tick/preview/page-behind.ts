/** A page of a list, in the order of two texts. Pure. */
import { encodeCursor, type PageCursor } from '@soteria/shared/function/page-cursor.ts';

export interface Page {
  readonly limit: number;
  /** The last entry of the page before. */
  readonly after?: PageCursor | undefined;
}

function compare(a: PageCursor, b: PageCursor): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0;
}

export function pageBehind<T>(
  items: readonly T[],
  keyOf: (item: T) => PageCursor,
  { limit, after }: Page,
): { readonly items: T[]; readonly next?: string } {
  const behind = items
    .map((item) => ({ item, key: keyOf(item) }))
    .filter(({ key }) => after === undefined || compare(key, after) > 0)
    .toSorted((a, b) => compare(a.key, b.key));
  const page = behind.slice(0, limit);
  const last = page.at(-1);
  const isMore = behind.length > page.length && last !== undefined;
  return { items: page.map(({ item }) => item), ...(isMore ? { next: encodeCursor(last.key) } : {}) };
}

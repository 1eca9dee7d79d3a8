/**
 * The one order of restore points: the first is what `latest` means, wherever it is asked. Pure. Invariants:
 *  1. What `latest` may choose stands before what it may not: points that cannot be restored, whose instant is unknown, or of another
 *     cluster. A point that a restore test has refuted keeps its place: answers warn of it,
 *     and no older point is taken in its stead without a word.
 *  2. Then the newest data first, by instant, however it is written. Below the points that `latest` may choose, those of an unknown instant stand
 *     first: they are being made.
 *  3. Points of the same instant are ordered by id.
 */
import type { RestorePoint } from './restore-point.ts';

type Placed = Pick<RestorePoint, 'id' | 'data_as_of' | 'restorable' | 'origin'>;

/** Milliseconds; NaN when it is unknown. */
export function instantOf({ data_as_of: at }: Pick<RestorePoint, 'data_as_of'>): number {
  return Date.parse(at ?? '');
}

/** It can be restored to a known instant. */
export function isUsable(point: Placed): boolean {
  return isUsableAt(point, instantOf(point));
}

function isUsableAt({ restorable }: Placed, at: number): boolean {
  return restorable && !Number.isNaN(at);
}

/** Another cluster's data is never taken unless that cluster is named. */
export function isForLatest(point: Placed): boolean {
  return isUsable(point) && point.origin !== 'other-cluster';
}

/** The larger one stands first. Parsing an instant is what takes time here: once for each point. */
export function placeOf(point: Placed): string {
  const at = instantOf(point);
  const group = isUsableAt(point, at) && point.origin !== 'other-cluster' ? 'latest' : 'below';
  return `${group} ${Number.isNaN(at) ? '~' : String(Math.max(0, at)).padStart(16, '0')}`;
}

export function comparePlaces(
  a: readonly [place: string, id: string],
  b: readonly [place: string, id: string],
): number {
  if (a[0] !== b[0]) return a[0] > b[0] ? -1 : 1;
  return a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0;
}

/** Each point's place is computed once: a list may hold twenty thousand. */
export function inOrder<T>(items: readonly T[], pointOf: (item: T) => Placed): T[] {
  const placed = items.map((item) => {
    const point = pointOf(item);
    return { item, at: [placeOf(point), point.id] as const };
  });
  return placed.toSorted((a, b) => comparePlaces(a.at, b.at)).map(({ item }) => item);
}

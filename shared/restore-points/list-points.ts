/** A page of the list of restore points, in the one order. Pure. */
import { comparePlaces, placeOf } from './order.ts';
import type { RestorePoint } from './restore-point.ts';

/** Where the next page starts: after the point with this place and id. */
export type PointCursor = readonly [place: string, id: string];

export interface PointPage {
  readonly items: readonly RestorePoint[];
  readonly next?: PointCursor;
}

/** `points`: in order. */
export function pageOfPoints(
  points: readonly RestorePoint[],
  { limit, after }: { readonly limit: number; readonly after?: PointCursor | undefined },
): PointPage {
  const cursorOf = (point: RestorePoint): PointCursor => [placeOf(point), point.id];
  let [begin, end] = [0, after === undefined ? 0 : points.length];
  // Halved until `begin` is the first point behind the cursor.
  while (after !== undefined && begin < end) {
    const middle = (begin + end) >> 1;
    const point = points[middle];
    if (point !== undefined && comparePlaces(cursorOf(point), after) > 0) end = middle;
    else begin = middle + 1;
  }
  const items = points.slice(begin, begin + limit);
  const last = items.at(-1);
  return points.length > begin + items.length && last !== undefined ? { items, next: cursorOf(last) } : { items };
}

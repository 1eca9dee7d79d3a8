/** A page of the list of restore points, in the one order. Pure. */
import { comparePlaces, placeOf } from './order.ts';
import type { RestorePoint } from './restore-point.ts';

/** Where the next page starts: after the point with this place and id. */
export type PointCursor = readonly [place: string, id: string];

export interface PointPage {
  readonly items: readonly RestorePoint[];
  readonly next?: PointCursor;
}

const cursorOf = (point: RestorePoint): PointCursor => [placeOf(point), point.id];

/** The index of the first point behind the cursor, found by halving. */
function indexAfter(points: readonly RestorePoint[], cursor: PointCursor): number {
  let [begin, end] = [0, points.length];
  while (begin < end) {
    const middle = (begin + end) >> 1;
    const point = points[middle];
    if (point !== undefined && comparePlaces(cursorOf(point), cursor) > 0) end = middle;
    else begin = middle + 1;
  }
  return begin;
}

/** `points`: in order. */
export function pageOfPoints(
  points: readonly RestorePoint[],
  { limit, after }: { readonly limit: number; readonly after?: PointCursor | undefined },
): PointPage {
  const begin = after === undefined ? 0 : indexAfter(points, after);
  const items = points.slice(begin, begin + limit);
  const last = items.at(-1);
  return points.length > begin + items.length && last !== undefined ? { items, next: cursorOf(last) } : { items };
}

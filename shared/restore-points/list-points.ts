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
  const rest = after === undefined ? points : points.filter((point) => comparePlaces(cursorOf(point), after) > 0);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return rest.length > items.length && last !== undefined ? { items, next: cursorOf(last) } : { items };
}

/** The window of a policy: when its backups may start. Pure. */
import { instantOfWall, localTimeOf } from '../clock/local-time.ts';

export interface Window {
  /** Minutes after midnight of the policy's time zone. */
  readonly fromMinute: number;
  /** Not after `fromMinute`: of the next day. */
  readonly toMinute: number;
  /** Days on which it begins, Sunday is 0. */
  readonly days: ReadonlySet<number>;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

const isOvernight = ({ fromMinute, toMinute }: Window): boolean => toMinute <= fromMinute;
const begins = ({ days }: Window, date: number): boolean => days.has(new Date(date).getUTCDay());

/** Midnight of that day in the time zone, written as if it were UTC. */
function dateOf(at: Date, timeZone: string): number {
  const { year, month, day } = localTimeOf(at, timeZone);
  return Date.UTC(year, month - 1, day);
}

/** Undefined inside the window; else the first instant at which it opens. */
export function opensAt(window: Window, timeZone: string, now: Date): Date | undefined {
  const { fromMinute, toMinute } = window;
  const { hour, minute } = localTimeOf(now, timeZone);
  const today = dateOf(now, timeZone);
  const minuteOfDay = hour * 60 + minute;
  const isInside = isOvernight(window)
    ? (minuteOfDay >= fromMinute && begins(window, today)) || (minuteOfDay < toMinute && begins(window, today - dayMs))
    : minuteOfDay >= fromMinute && minuteOfDay < toMinute && begins(window, today);
  if (isInside) return undefined;
  for (let ahead = 0; ahead <= 8; ahead += 1) {
    const date = today + ahead * dayMs;
    const opening = instantOfWall(date + fromMinute * minuteMs, timeZone);
    if (begins(window, date) && opening > now) return opening;
  }
  return undefined;
}

/** For how long the window is open between two instants, in milliseconds. */
export function openMsBetween(window: Window, timeZone: string, from: Date, to: Date): number {
  let openMs = 0;
  const last = dateOf(to, timeZone);
  for (let date = dateOf(from, timeZone) - dayMs; date <= last; date += dayMs) {
    if (!begins(window, date)) continue;
    const closes = (isOvernight(window) ? date + dayMs : date) + window.toMinute * minuteMs;
    const opening = Math.max(from.getTime(), instantOfWall(date + window.fromMinute * minuteMs, timeZone).getTime());
    const closing = Math.min(to.getTime(), instantOfWall(closes, timeZone).getTime());
    openMs += Math.max(0, closing - opening);
  }
  return openMs;
}

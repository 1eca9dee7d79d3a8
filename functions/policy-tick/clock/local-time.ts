/** What a clock on the wall of a time zone shows at an instant. Pure. */

export interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one takes longer than a hundred uses of it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** Throws RangeError for a time zone that does not exist. */
export function localTimeOf(at: Date, timeZone: string): LocalTime {
  if (timeZone === 'UTC') {
    return {
      year: at.getUTCFullYear(),
      month: at.getUTCMonth() + 1,
      day: at.getUTCDate(),
      hour: at.getUTCHours(),
      minute: at.getUTCMinutes(),
      second: at.getUTCSeconds(),
    };
  }
  // As "3/29/2026, 03:00:00": a third of the time that formatToParts takes.
  const numbers = formatOf(timeZone).format(at).match(/\d+/g) ?? [];
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = numbers.map(Number);
  return { year, month, day, hour, minute, second };
}

const offsets = new Map<string, Map<number, number>>();
const maxOffsets = 4_096;
const minuteMs = 60_000;

/**
 * Milliseconds by which the clock of the zone is ahead of UTC at that instant; negative: behind. Clocks change at whole minutes, so each minute is
 * computed once: a tick asks for the same few minutes for every policy.
 */
export function offsetMsOf(at: Date, timeZone: string): number {
  if (timeZone === 'UTC') return 0;
  const minute = Math.floor(at.getTime() / minuteMs);
  let ofZone = offsets.get(timeZone);
  if (ofZone === undefined || ofZone.size >= maxOffsets) {
    ofZone = new Map();
    offsets.set(timeZone, ofZone);
  }
  let offset = ofZone.get(minute);
  if (offset === undefined) {
    const begin = minute * minuteMs;
    const { year, month, day, hour, minute: shown, second } = localTimeOf(new Date(begin), timeZone);
    offset = Date.UTC(year, month - 1, day, hour, shown, second) - begin;
    ofZone.set(minute, offset);
  }
  return offset;
}

/** Year and week as ISO 8601 counts them: the week with the year's first Thursday is week 1. */
export function isoWeekOf({ year, month, day }: LocalTime): { readonly year: number; readonly week: number } {
  const dayMs = 86_400_000;
  const date = Date.UTC(year, month - 1, day);
  const weekday = new Date(date).getUTCDay() || 7;
  const thursday = date + (4 - weekday) * dayMs;
  const weekYear = new Date(thursday).getUTCFullYear();
  return { year: weekYear, week: Math.floor((thursday - Date.UTC(weekYear, 0, 1)) / (7 * dayMs)) + 1 };
}

const dayMs = 86_400_000;

/**
 * The instant at which the clock of the zone shows `wallMs`, a local time written as if it were UTC. A time that the clock skips is the first
 * instant after the gap; of a time that it shows twice the first instant counts.
 */
export function instantOfWall(wallMs: number, timeZone: string): Date {
  const before = offsetMsOf(new Date(wallMs - dayMs), timeZone);
  const after = offsetMsOf(new Date(wallMs + dayMs), timeZone);
  const earlier = wallMs - Math.max(before, after);
  if (before === after) return new Date(earlier);
  for (const offset of [before, after]) {
    const at = new Date(wallMs - offset);
    if (offsetMsOf(at, timeZone) === offset) return at;
  }
  return firstInstantWith(after, { fromMs: earlier - dayMs, toMs: wallMs + dayMs }, timeZone);
}

/** Of a range in which the offset changes once. */
function firstInstantWith(offset: number, { fromMs, toMs }: { fromMs: number; toMs: number }, timeZone: string): Date {
  let low = fromMs;
  let high = toMs;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetMsOf(new Date(middle), timeZone) === offset) high = middle;
    else low = middle;
  }
  return new Date(high);
}

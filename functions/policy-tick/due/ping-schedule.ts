/**
 * The cron text of the PingSource that wakes this function for a schedule with its jitter. Pure. Undefined where cron cannot say it: the sweep
 * finds such instants, at the latest an hour later.
 */
import type { Schedule } from './instants.ts';

const minutesOfDay = 24 * 60;

export function pingScheduleOf({ schedule, jitterMs = 0 }: Schedule): string | undefined {
  const fields = schedule.trim().split(/\s+/);
  const [minute = '', hour = '', ...days] = fields;
  const shift = jitterMs / 60_000;
  if (shift === 0) return fields.join(' ');
  if (shift >= minutesOfDay) return undefined;
  const minutes = valuesOf(minute, 60);
  const isEveryDay = days.every((field) => field === '*');
  const moved = valuesOf(hour, 24).flatMap((h) => minutes.map((m) => h * 60 + m + shift));
  if (!isEveryDay && moved.some((at) => at >= minutesOfDay)) return undefined;
  const times = moved.map((at) => at % minutesOfDay);
  const newMinutes = [...new Set(times.map((at) => at % 60))].toSorted((a, b) => a - b);
  const newHours = [...new Set(times.map((at) => Math.floor(at / 60)))].toSorted((a, b) => a - b);
  // Cron names every minute of every hour it names.
  if (newMinutes.length * newHours.length !== new Set(times).size) return undefined;
  return [newMinutes.join(','), newHours.length === 24 ? '*' : newHours.join(','), ...days].join(' ');
}

/** Of a field that `shared/policy/check-schedule.ts` has accepted. */
function valuesOf(field: string, below: number): number[] {
  return field.split(',').flatMap((item) => {
    const [range = '', step = '1'] = item.split('/');
    const [from, to = from] = range === '*' ? [0, below - 1] : range.split('-').map(Number);
    const values: number[] = [];
    for (let value = from ?? 0; value <= (to ?? 0); value += Number(step)) values.push(value);
    return values;
  });
}

/** What the changes of the clock do to one due instant, and whether Knative's PingSource announces it. Pure. */
import { instantOfWall, localTimeOf, offsetMsOf } from '../clock/local-time.ts';
import { lastDueAt, type Schedule } from './instants.ts';
import { pingScheduleOf } from './ping-schedule.ts';

export interface DueNotes {
  /** moved: the clock skips the time, so it is due at the first instant after the gap. repeats: the clock shows it twice, and the first counts. */
  readonly clock?: 'moved' | 'repeats';
  /** False: no ping comes at this instant; the sweep finds it, at the latest an hour later. */
  readonly isAnnounced: boolean;
}

/** `at` is a due instant of the schedule. */
export function noteDue(given: Schedule, at: Date): DueNotes {
  const { timeZone, jitterMs = 0 } = given;
  const plain = new Date(at.getTime() - jitterMs);
  const clock = clockAt(given, plain);
  const ping = pingScheduleOf(given);
  // The schedule of the ping has the jitter in it: its clock is looked at, too.
  const isPinged = ping !== undefined && fits(ping, localTimeOf(at, timeZone));
  return { ...(clock === undefined ? {} : { clock }), isAnnounced: isPinged };
}

function clockAt({ schedule, timeZone }: Schedule, plain: Date): DueNotes['clock'] {
  if (!fits(schedule, localTimeOf(plain, timeZone))) return 'moved';
  const isInterval = schedule.trim().split(/\s+/)[1]?.startsWith('*') === true;
  if (isInterval) return undefined;
  const wallMs = plain.getTime() + offsetMsOf(plain, timeZone);
  const later = new Date(plain.getTime() + 3 * 3_600_000);
  const shift = offsetMsOf(plain, timeZone) - offsetMsOf(later, timeZone);
  if (shift <= 0) return undefined;
  const second = new Date(plain.getTime() + shift);
  const showsItAgain = second.getTime() + offsetMsOf(second, timeZone) === wallMs;
  return showsItAgain && instantOfWall(wallMs, timeZone).getTime() === plain.getTime() ? 'repeats' : undefined;
}

/** As robfig/cron judges: the clock of the zone shows a time that the schedule names. */
export function fits(schedule: string, local: ReturnType<typeof localTimeOf>): boolean {
  const { year, month, day, hour, minute, second } = local;
  const shown = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  return second === 0 && lastDueAt({ schedule, timeZone: 'UTC' }, shown)?.getTime() === shown.getTime();
}

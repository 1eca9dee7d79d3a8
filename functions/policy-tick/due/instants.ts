/**
 * The instants at which a schedule comes due. Pure. croner reads the cron text; what the changes of a clock mean is decided here:
 *  1. A schedule that names its hours (`30 2 * * *`, `0 8-18 * * 1-5`) names times of day. A time that the clock skips is due at the first instant
 *     after the gap; a time that it shows twice is due once, the first time.
 *  2. A schedule whose hour is `*` or a step of it is an interval: it is due at every real instant that fits.
 * Knative's PingSource and Kubernetes' CronJob skip such a day, or run twice; see `daylight.ts`.
 */
import { Cron } from './croner.ts';
import { instantOfWall, offsetMsOf } from '../clock/local-time.ts';

export interface Schedule {
  /** Five fields, as `shared/policy/check-schedule.ts` accepts them. */
  readonly schedule: string;
  /** IANA name. */
  readonly timeZone: string;
  /** Every instant is so much later than the schedule says; whole minutes. */
  readonly jitterMs?: number;
}

/** More than any clock was ever moved by. */
const longestShiftMs = 26 * 3_600_000;
/** A leap day comes once in eight years at the worst. */
const maxSteps = 10_000;

const crons = new Map<string, Cron>();
/** Each holds thirty kilobytes; one policy after the other asks. */
const maxCrons = 128;

/** Reading one takes a tenth of a millisecond. */
function cronOf(schedule: string, timeZone: string): Cron {
  const key = `${timeZone} ${schedule}`;
  let cron = crons.get(key);
  if (cron === undefined) {
    if (crons.size >= maxCrons) crons.clear();
    // With an offset croner computes; with the name of a zone it formats each instant and reads the text.
    const zone = timeZone === 'UTC' ? { utcOffset: 0 } : { timezone: timeZone };
    cron = new Cron(schedule, { ...zone, paused: true, mode: '5-part' });
    crons.set(key, cron);
  }
  return cron;
}

function isInterval(schedule: string): boolean {
  return schedule.trim().split(/\s+/)[1]?.startsWith('*') === true;
}

/** The first due instant strictly after `after`; undefined: none ever. */
export function nextDueAt(given: Schedule, after: Date): Date | undefined {
  const { schedule, timeZone, jitterMs = 0 } = given;
  const from = after.getTime() - jitterMs;
  const cronStep = (cron: Cron, at: Date) => cron.nextRun(at);
  const next = isInterval(schedule)
    ? (steadyInterval(given, wholeSecond(from), cronStep) ?? cronOf(schedule, timeZone).nextRun(wholeSecond(from)))
    : walk(given, from, { cronStep, isFound: (at) => at > from, startMs: -1 });
  return next === null || next === undefined ? undefined : new Date(next.getTime() + jitterMs);
}

/** The last due instant at or before `at`; undefined: none ever. */
export function lastDueAt(given: Schedule, at: Date): Date | undefined {
  const { schedule, timeZone, jitterMs = 0 } = given;
  const to = at.getTime() - jitterMs;
  const secondAfter = new Date(Math.floor(to / 1000) * 1000 + 1000);
  const cronStep = (cron: Cron, from: Date) => cron.previousRuns(1, from)[0] ?? null;
  const last = isInterval(schedule)
    ? (steadyInterval(given, secondAfter, cronStep) ?? cronStep(cronOf(schedule, timeZone), secondAfter))
    : walk(given, to, { cronStep, isFound: (found) => found <= to, startMs: 1 });
  return last === null || last === undefined ? undefined : new Date(last.getTime() + jitterMs);
}

/** Without croner's time zones, which take most of its time. Undefined: the clock may change on the way to that instant. */
function steadyInterval({ schedule, timeZone }: Schedule, from: Date, step: Walk['cronStep']): Date | undefined {
  if (!isSteady(from.getTime(), timeZone)) return undefined;
  const offset = offsetMsOf(from, timeZone);
  const wall = step(cronOf(schedule, 'UTC'), new Date(from.getTime() + offset));
  if (wall === null) return undefined;
  const instant = wall.getTime() - offset;
  return Math.abs(instant - from.getTime()) < longestShiftMs ? new Date(instant) : undefined;
}

/** croner steps from whole seconds; half a second before an instant is the second before it. */
function wholeSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}

interface Walk {
  readonly cronStep: (cron: Cron, from: Date) => Date | null;
  readonly isFound: (instantMs: number) => boolean;
  /** 1: from later than the instant backwards; -1: from earlier than it onwards. */
  readonly startMs: 1 | -1;
}

/** Over the times of day that the schedule names, on a clock that never changes, until one of them is the instant that is looked for. */
function walk({ schedule, timeZone }: Schedule, ms: number, { cronStep, isFound, startMs }: Walk): Date | undefined {
  const cron = cronOf(schedule, 'UTC');
  const wallMs = ms + offsetMsOf(new Date(ms), timeZone);
  let from = new Date(wallMs + startMs * (isSteady(ms, timeZone) ? 2000 : longestShiftMs));
  for (let steps = 0; steps < maxSteps; steps += 1) {
    const wall = cronStep(cron, from);
    if (wall === null) return undefined;
    const instant = instantOfWall(wall.getTime(), timeZone);
    if (isFound(instant.getTime())) return instant;
    from = wall;
  }
  return undefined;
}

function isSteady(ms: number, timeZone: string): boolean {
  if (timeZone === 'UTC') return true;
  const offsets = [-longestShiftMs, 0, longestShiftMs].map((by) => offsetMsOf(new Date(ms + by), timeZone));
  return offsets.every((offset) => offset === offsets[0]);
}

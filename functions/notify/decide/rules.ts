/** How an operator wants to be notified: what is quiet, what is severe, what is repeated. */
import type { Problem, Severity } from '../problems/problem.ts';

export interface QuietHours {
  /** `HH:MM` of the day there; `to` may be on the next day. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  /** Only a critical problem is said during quiet hours, and that unless it is held too. */
  readonly holdsCritical: boolean;
}

export interface SeverityRule {
  readonly namespaces?: readonly string[] | undefined;
  readonly policies?: readonly string[] | undefined;
  readonly severity: Severity | 'off';
}

export interface Rules {
  readonly quietHours: QuietHours | undefined;
  /** The first that fits decides. */
  readonly severities: readonly SeverityRule[];
  readonly remindAfterMs: number;
  /** A problem that is back within so long of its recovery is the same problem. */
  readonly flapWindowMs: number;
  /** More than so many at once are one notice. */
  readonly groupAbove: number;
  /** Undefined: no summary. */
  readonly weekly: { readonly day: number; readonly hour: number; readonly timeZone: string } | undefined;
}

export const defaultRules: Rules = {
  quietHours: undefined,
  severities: [],
  remindAfterMs: 24 * 3_600_000,
  flapWindowMs: 3_600_000,
  groupAbove: 5,
  weekly: undefined,
};

/** Undefined: nobody wants to hear of it. */
export function withSeverity(problem: Problem, rules: readonly SeverityRule[]): Problem | undefined {
  const rule = rules.find(
    ({ namespaces, policies }) =>
      (namespaces === undefined || (problem.namespace !== undefined && namespaces.includes(problem.namespace))) &&
      (policies === undefined || (problem.policy !== undefined && policies.includes(problem.policy))),
  );
  if (rule === undefined) return problem;
  return rule.severity === 'off' ? undefined : { ...problem, severity: rule.severity };
}

interface WallClock {
  /** 0 is Sunday. */
  readonly day: number;
  readonly minutes: number;
  /** `2026-11-28`. */
  readonly date: string;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** What a clock on the wall shows there. */
export function wallClock(now: Date, timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    weekday: 'short',
  });
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? '';
  return {
    day: days.indexOf(part('weekday')),
    minutes: Number(part('hour')) * 60 + Number(part('minute')),
    date: `${part('year')}-${part('month')}-${part('day')}`,
  };
}

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

export function isQuiet({ quietHours }: Rules, severity: Severity, now: Date): boolean {
  if (quietHours === undefined || (severity === 'critical' && !quietHours.holdsCritical)) return false;
  const { minutes } = wallClock(now, quietHours.timeZone);
  const [from, to] = [minutesOf(quietHours.from), minutesOf(quietHours.to)];
  return from <= to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
}

/** The date of the weekly summary that is due, in its time zone: for a day, since the quiet hours may hold it. */
export function weeklyDue({ weekly }: Rules, now: Date): string | undefined {
  if (weekly === undefined) return undefined;
  const { day, minutes } = wallClock(now, weekly.timeZone);
  const sinceDue = ((day - weekly.day + 7) % 7) * 24 * 60 + minutes - weekly.hour * 60;
  if (sinceDue < 0 || sinceDue >= 24 * 60) return undefined;
  return wallClock(new Date(now.getTime() - sinceDue * 60_000), weekly.timeZone).date;
}

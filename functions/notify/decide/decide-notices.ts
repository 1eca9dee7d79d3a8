/**
 * What is to be said now, from the problems there are and what was said before. Pure. Invariants:
 *  1. A problem is said once when it begins, once a day while it lasts, and once when it is over.
 *  2. What was never said is never said to be over.
 *  3. Deciding again with the same problems at the same time says nothing.
 *  4. Many at once, and all of one shared cause, are one notice.
 */
import { shortHash } from '@soteria/shared/short-hash.ts';
import type { Problem, Severity } from '../problems/problem.ts';
import { isQuiet, type Rules, weeklyDue, withSeverity } from './rules.ts';

/** One problem, or all that have one shared cause. */
export interface Entry {
  /** The first of them, as it was seen last. */
  readonly problem: Problem;
  readonly subjects: readonly string[];
  readonly count: number;
  /** When it was first seen; with the key its identity. */
  readonly seenAt: string;
  readonly saidAt?: string | undefined;
  /** So often it has come back. */
  readonly returns: number;
  readonly goneAt?: string | undefined;
}

export interface Notice {
  readonly id: string;
  /** The same for all that is said of one problem: a later notice may replace an earlier one. */
  readonly thread: string;
  readonly kind: 'opened' | 'reminder' | 'recovered' | 'summary' | 'weekly' | 'test';
  readonly severity: Severity;
  readonly title: string;
  readonly lines: readonly string[];
  /** Of the console; undefined: its first page. */
  readonly path?: string | undefined;
  readonly namespaces: readonly string[];
  readonly at: string;
}

export interface NoticeMemory {
  readonly entries: Readonly<Record<string, Entry>>;
  /** Titles of what came and went while it was quiet. */
  readonly whileQuiet: readonly string[];
  /** Date of the last weekly summary. */
  readonly weeklyAt?: string | undefined;
}

export interface Look {
  readonly problems: readonly Problem[];
  /** Of a problem that is not among them. */
  readonly isMended: (problem: Problem) => boolean;
  readonly claims: number;
  readonly now: Date;
}

export interface Decided {
  readonly memory: NoticeMemory;
  readonly notices: readonly Notice[];
}

const maxSubjects = 20;
const maxWhileQuiet = 50;
/** From so many returns on, it flaps: it is over only when it has been gone for the whole window. */
const flapsFrom = 2;

const keyOf = ({ key, cause }: Problem): string => (cause === undefined ? key : `cause/${cause}`);

export function decideNotices(before: NoticeMemory, look: Look, rules: Rules): Decided {
  const { now } = look;
  const at = now.toISOString();
  const entries = new Map(Object.entries(before.entries));
  const opened: Entry[] = [];
  const recovered: Entry[] = [];
  const reminders: Entry[] = [];
  let whileQuiet = [...before.whileQuiet];

  const present = Map.groupBy(
    look.problems.flatMap((problem) => withSeverity(problem, rules.severities) ?? []),
    keyOf,
  );
  for (const [key, problems] of present) {
    const known = entries.get(key);
    const entry = meet(known, problems, at);
    if (known?.problem.isOver === true && known.saidAt !== undefined) continue;
    const isHeld = isQuiet(rules, entry.problem.severity, now);
    const isSilent = entry.returns >= flapsFrom && entry.saidAt !== undefined;
    if (isHeld) entries.set(key, entry);
    else if (entry.saidAt === undefined || (known?.goneAt !== undefined && !isSilent)) {
      entries.set(key, { ...entry, saidAt: at });
      opened.push(entry);
    } else if (now.getTime() - Date.parse(entry.saidAt) >= rules.remindAfterMs) {
      entries.set(key, { ...entry, saidAt: at });
      reminders.push(entry);
    } else entries.set(key, entry);
  }

  for (const [key, entry] of entries) {
    if (present.has(key)) continue;
    const next = leave(entry, look, rules);
    if (next.isRecovered) recovered.push(entry);
    if (next.wasSilent) whileQuiet = [...whileQuiet, entry.problem.what].slice(-maxWhileQuiet);
    if (next.entry === undefined) entries.delete(key);
    else entries.set(key, next.entry);
  }

  const isStillQuiet = isQuiet(rules, 'warning', now);
  const notices = [
    ...asNotices('opened', opened, rules, now),
    ...asNotices('reminder', reminders, rules, now),
    ...asNotices('recovered', recovered, rules, now),
  ];
  if (!isStillQuiet && whileQuiet.length > 0) {
    notices.push(quietSummary(whileQuiet, now));
    whileQuiet = [];
  }
  const week = isStillQuiet ? undefined : weeklyDue(rules, now);
  const isWeekly = week !== undefined && week !== before.weeklyAt;
  if (isWeekly) notices.push(weeklySummary([...entries.values()].filter(isOpen), look));
  const weeklyAt = isWeekly ? week : before.weeklyAt;
  return {
    memory: { entries: Object.fromEntries(entries), whileQuiet, ...(weeklyAt === undefined ? {} : { weeklyAt }) },
    notices,
  };
}

export const isOpen = ({ goneAt, problem }: Entry): boolean => goneAt === undefined && problem.isOver !== true;

function meet(known: Entry | undefined, problems: readonly Problem[], at: string): Entry {
  const [first] = problems.toSorted((a, b) => a.since.localeCompare(b.since) || a.key.localeCompare(b.key));
  if (first === undefined) throw new Error('a group has a member');
  const severity: Severity = problems.some((one) => one.severity === 'critical') ? 'critical' : 'warning';
  return {
    problem: { ...first, severity },
    subjects: [...new Set(problems.map(({ subject }) => subject))].sort().slice(0, maxSubjects),
    count: problems.length,
    seenAt: known?.seenAt ?? at,
    returns: (known?.returns ?? 0) + (known?.goneAt === undefined ? 0 : 1),
    ...(known?.saidAt === undefined ? {} : { saidAt: known.saidAt }),
  };
}

interface Left {
  /** Undefined: it is forgotten. */
  readonly entry: Entry | undefined;
  readonly isRecovered: boolean;
  /** It came and went unsaid, while it was quiet. */
  readonly wasSilent: boolean;
}

function leave(entry: Entry, look: Look, rules: Rules): Left {
  const { now, isMended } = look;
  const { problem, saidAt, returns, goneAt } = entry;
  const nothing = { isRecovered: false, wasSilent: false };
  if (problem.isOver === true) return { entry: undefined, ...nothing };
  if (goneAt === undefined && !isMended(problem)) return { entry, ...nothing };
  if (saidAt === undefined) return { entry: undefined, isRecovered: false, wasSilent: goneAt === undefined };
  // That it is over can wait.
  if (isQuiet(rules, 'warning', now)) return { entry, ...nothing };
  const isFlapping = returns >= flapsFrom;
  if (goneAt === undefined)
    return { entry: { ...entry, goneAt: now.toISOString() }, isRecovered: !isFlapping, wasSilent: false };
  const isForgotten = now.getTime() - Date.parse(goneAt) >= rules.flapWindowMs;
  if (!isForgotten) return { entry, ...nothing };
  return { entry: undefined, isRecovered: isFlapping, wasSilent: false };
}

type Change = 'opened' | 'reminder' | 'recovered';

/** One for each; or one for all, when there are many. */
function asNotices(kind: Change, entries: readonly Entry[], { groupAbove }: Rules, now: Date): Notice[] {
  if (entries.length <= groupAbove) return entries.map((entry) => noticeOf(kind, entry, now));
  const count = entries.reduce((sum, entry) => sum + entry.count, 0);
  const lines = entries.slice(0, maxSubjects).map(({ problem }) => problem.what);
  const more = entries.length - lines.length;
  const title = { opened: 'problems', reminder: 'problems are still there', recovered: 'problems are over' }[kind];
  return [
    {
      id: idOf(kind, entries.map(({ problem, seenAt }) => keyOf(problem) + seenAt).join(), now.toISOString()),
      thread: idOf('many', kind, now.toISOString()),
      kind: kind === 'recovered' ? kind : 'summary',
      severity: worstOf(entries),
      title: `${count} ${title}`,
      lines: more > 0 ? [...lines, `… and ${more} more`] : lines,
      namespaces: namespacesOf(entries),
      at: now.toISOString(),
    },
  ];
}

const idOf = (...parts: readonly string[]): string => shortHash(JSON.stringify(parts), 16);

const worstOf = (entries: readonly Entry[]): Severity =>
  entries.some(({ problem }) => problem.severity === 'critical') ? 'critical' : 'warning';

function namespacesOf(entries: readonly Entry[]): string[] {
  const all = entries.flatMap(({ problem, subjects }) =>
    problem.namespace === undefined ? [] : subjects.map((subject) => subject.split('/', 1)[0] ?? subject),
  );
  return [...new Set(all)].sort();
}

function noticeOf(kind: Change, entry: Entry, now: Date): Notice {
  const { problem, count, returns, seenAt } = entry;
  const at = now.toISOString();
  const lasted = durationText(now.getTime() - Date.parse(problem.since));
  const others = count > 1 ? [subjectsLine(entry)] : [];
  const again = returns > 0 ? [`It has come back ${returns === 1 ? 'once' : `${returns} times`}.`] : [];
  const lines =
    kind === 'recovered'
      ? [`It lasted ${lasted}.`, ...others, ...again]
      : [problem.why, ...others, `Since ${problem.since} (${lasted}).`, ...again, `What to do: ${problem.fix}`];
  return {
    id: idOf(kind, keyOf(problem), seenAt, String(returns), kind === 'reminder' ? at : ''),
    thread: idOf(keyOf(problem), seenAt),
    kind,
    severity: problem.severity,
    title: kind === 'recovered' ? `Over: ${titleOf(entry)}` : titleOf(entry),
    lines,
    ...pathOf(entry),
    namespaces: namespacesOf([entry]),
    at,
  };
}

const titleOf = ({ problem, count }: Entry): string =>
  count === 1 ? problem.what : `${problem.what}, and ${count - 1} more`;

function subjectsLine({ subjects, count }: Entry): string {
  const more = count - subjects.length;
  return `It is about ${subjects.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function pathOf({ problem: { namespace, subject }, count }: Entry): { path?: string } {
  if (count > 1 || namespace === undefined || !subject.includes('/')) return {};
  return { path: `/claims/${subject}` };
}

function quietSummary(titles: readonly string[], now: Date): Notice {
  const at = now.toISOString();
  return {
    id: idOf('quiet', at),
    thread: idOf('quiet', at),
    kind: 'summary',
    severity: 'warning',
    title: `${titles.length} problem${titles.length === 1 ? '' : 's'} came and went during the quiet hours`,
    lines: titles,
    namespaces: [],
    at,
  };
}

function weeklySummary(open: readonly Entry[], { claims, now }: Look): Notice {
  const at = now.toISOString();
  const isWell = open.length === 0;
  return {
    id: idOf('weekly', at.slice(0, 10)),
    thread: idOf('weekly', at.slice(0, 10)),
    kind: 'weekly',
    severity: isWell ? 'warning' : worstOf(open),
    title: isWell ? 'All is well' : `${open.length} problem${open.length === 1 ? ' is' : 's are'} open`,
    lines: isWell
      ? [`${claims} claim${claims === 1 ? '' : 's'}, and no problem is open.`]
      : open.slice(0, maxSubjects).map(titleOf),
    namespaces: [],
    at,
  };
}

/** `26 h`, `3 d`. */
export function durationText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

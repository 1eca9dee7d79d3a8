/**
 * What is to be said now, from the problems there are and what was said before. Pure. Invariants:
 *  1. A problem is said once when it begins or becomes critical, once a day while it lasts, and once when it is over.
 *  2. What was never said is never said to be over, and nothing is over before it is mended.
 *  3. Deciding again with the same problems at the same time says nothing.
 *  4. Many at once, and all of one shared cause, are one notice.
 */
import type { Problem, Severity } from '../problems/problem.ts';
import { type Entries, type Entry, grouping, isOpen, meet } from './entry.ts';
import { type Changed, type Notice, noticesOf, quietSummary, weeklySummary } from './notice.ts';
import { isQuiet, type Rules, weeklyDue, withSeverity } from './rules.ts';

export interface NoticeMemory {
  readonly entries: Readonly<Record<string, Entry>>;
  /** Titles of what came and went while it was quiet. */
  readonly whileQuiet: readonly string[];
  /** The worst of them. */
  readonly quietSeverity?: Severity | undefined;
  /** Date of the last weekly summary. */
  readonly weeklyAt?: string | undefined;
}

export interface Look {
  readonly problems: readonly Problem[];
  /** Of a problem that is not among them, by its key and when it began. */
  readonly isMended: (key: string, since: string) => boolean;
  readonly claims: number;
  readonly now: Date;
}

export interface Decided {
  readonly memory: NoticeMemory;
  readonly notices: readonly Notice[];
}

const maxWhileQuiet = 50;
/** From so many returns on, it flaps: it is over only when it has been gone for the whole window. */
const flapsFrom = 2;

interface Step {
  /** Undefined: it is forgotten. */
  readonly entry: Entry | undefined;
  readonly say?: 'opened' | 'reminder' | 'recovered' | 'came and went';
}

export function decideNotices(before: NoticeMemory, look: Look, rules: Rules): Decided {
  const { now, claims } = look;
  const known: Entries = new Map(Object.entries(before.entries));
  const wanted = look.problems.flatMap((problem) => withSeverity(problem, rules.severities) ?? []);
  const found = new Set(wanted.map(({ key }) => key));
  // Of what nobody wants to hear of any more, not even the end is said.
  const unwanted = new Set(look.problems.flatMap(({ key }) => (found.has(key) ? [] : [key])));
  const present = Map.groupBy(wanted, grouping(known));

  const entries: Record<string, Entry> = {};
  const said = { opened: [] as Changed[], reminder: [] as Changed[], recovered: [] as Changed[], quiet: [] as Entry[] };
  for (const key of new Set([...known.keys(), ...present.keys()])) {
    const entry = known.get(key);
    const problems = present.get(key) ?? [];
    const still = Object.entries(entry?.members ?? {}).filter(
      ([one, since]) => !found.has(one) && !unwanted.has(one) && !look.isMended(one, since),
    );
    const isThere = problems.length > 0 || (still.length > 0 && entry?.problem.isOver !== true);
    const step = isThere
      ? stay(meet(entry, problems, still, now.toISOString()), entry, rules, now)
      : entry === undefined
        ? undefined
        : leave(entry, unwanted, rules, now);
    if (step === undefined) continue;
    if (step.entry !== undefined) entries[key] = step.entry;
    const shown = isThere ? step.entry : entry;
    if (shown === undefined || step.say === undefined) continue;
    if (step.say === 'came and went') said.quiet.push(shown);
    else said[step.say].push([key, shown]);
  }
  const { groupAbove } = rules;
  const notices = (['opened', 'reminder', 'recovered'] as const).flatMap((kind) =>
    noticesOf(kind, said[kind], groupAbove, now),
  );
  const quiet = afterQuiet(before, said.quiet, rules, now);
  const week = isQuiet(rules, 'warning', now) ? undefined : weeklyDue(rules, now);
  const isWeekly = week !== undefined && week !== before.weeklyAt;
  const weeklyAt = isWeekly ? week : before.weeklyAt;
  return {
    memory: { entries, ...quiet.memory, ...(weeklyAt === undefined ? {} : { weeklyAt }) },
    notices: [
      ...notices,
      ...quiet.notices,
      ...(isWeekly ? [weeklySummary(Object.values(entries).filter(isOpen), claims, now)] : []),
    ],
  };
}

/** It is there. */
function stay(entry: Entry, known: Entry | undefined, rules: Rules, now: Date): Step {
  const { problem, returns, saidAt, saidSeverity } = entry;
  const { severity } = problem;
  const hasReturned = known?.goneAt !== undefined;
  const isFlapping = returns >= flapsFrom;
  if (problem.isOver === true && saidAt !== undefined) return { entry };
  if (isQuiet(rules, severity, now)) {
    // People believe that it is over: it is said again when the quiet hours end.
    const { saidAt: _saidAt, ...unsaid } = entry;
    return { entry: hasReturned && !isFlapping ? unsaid : entry };
  }
  const isWorse = saidSeverity === 'warning' && severity === 'critical';
  const spoken = { ...entry, saidAt: now.toISOString(), saidSeverity: severity };
  if (saidAt === undefined || isWorse || (hasReturned && !isFlapping)) return { entry: spoken, say: 'opened' };
  if (now.getTime() - Date.parse(saidAt) >= rules.remindAfterMs) return { entry: spoken, say: 'reminder' };
  return { entry };
}

/** It is mended, or nobody wants to hear of it. */
function leave(entry: Entry, unwanted: ReadonlySet<string>, rules: Rules, now: Date): Step {
  const { problem, members, saidAt, returns, goneAt } = entry;
  const isFlapping = returns >= flapsFrom;
  if (goneAt !== undefined) {
    if (now.getTime() - Date.parse(goneAt) < rules.flapWindowMs) return { entry };
    if (isFlapping && isQuiet(rules, 'warning', now)) return { entry };
    return { entry: undefined, ...(isFlapping ? { say: 'recovered' } : {}) };
  }
  if (Object.keys(members).some((key) => unwanted.has(key))) return { entry: undefined };
  if (saidAt === undefined) return { entry: undefined, say: 'came and went' };
  if (problem.isOver === true) return { entry: undefined };
  // That it is over can wait.
  if (isQuiet(rules, 'warning', now)) return { entry };
  const gone = { ...entry, members: {}, goneAt: now.toISOString() };
  return { entry: gone, ...(isFlapping ? {} : { say: 'recovered' }) };
}

function afterQuiet(before: NoticeMemory, more: readonly Entry[], rules: Rules, now: Date) {
  const titles = [...before.whileQuiet, ...more.map(({ problem }) => problem.what)].slice(-maxWhileQuiet);
  const isCritical = before.quietSeverity === 'critical' || more.some(({ problem }) => problem.severity === 'critical');
  const severity: Severity = isCritical ? 'critical' : 'warning';
  if (isQuiet(rules, 'warning', now) || titles.length === 0)
    return { memory: { whileQuiet: titles, ...(titles.length === 0 ? {} : { quietSeverity: severity }) }, notices: [] };
  return { memory: { whileQuiet: [] }, notices: [quietSummary(titles, severity, now)] };
}

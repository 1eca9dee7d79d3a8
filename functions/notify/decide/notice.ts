/** A notice, and its words. Pure. */
import { shortHash } from '@soteria/shared/short-hash.ts';
import type { Severity } from '../problems/problem.ts';
import type { Entry } from './entry.ts';

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
  /** Whose claims it is about; undefined: everybody's. */
  readonly namespaces?: readonly string[] | undefined;
  readonly at: string;
}

export type Change = 'opened' | 'reminder' | 'recovered';
export type Changed = readonly [key: string, entry: Entry];

const maxLines = 12;

const idOf = (...parts: readonly string[]): string => shortHash(JSON.stringify(parts), 16);

const worstOf = (entries: readonly Entry[]): Severity =>
  entries.some(({ problem }) => problem.severity === 'critical') ? 'critical' : 'warning';

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

function listed(texts: readonly string[]): string[] {
  const more = texts.length - maxLines;
  return more > 0 ? [...texts.slice(0, maxLines), `… and ${more} more`] : [...texts];
}

/** What has one shared cause, or is of no claim, is for everybody. */
function namespacesOf(changed: readonly Changed[]): { namespaces?: readonly string[] } {
  if (changed.some(([key, { namespaces }]) => key.startsWith('cause/') || namespaces.length === 0)) return {};
  return { namespaces: [...new Set(changed.flatMap(([, { namespaces }]) => namespaces))].sort() };
}

/** One for each; or one for all, when there are more than `groupAbove`. */
export function noticesOf(kind: Change, changed: readonly Changed[], groupAbove: number, now: Date): Notice[] {
  if (changed.length <= groupAbove) return changed.map((one) => noticeOf(kind, one, now));
  const at = now.toISOString();
  const count = changed.reduce((sum, [, entry]) => sum + entry.count, 0);
  const title = { opened: 'problems', reminder: 'problems are still there', recovered: 'problems are over' }[kind];
  return [
    {
      id: idOf(kind, changed.map(([key, { seenAt }]) => key + seenAt).join(), at),
      thread: idOf('many', kind, at),
      kind: kind === 'recovered' ? kind : 'summary',
      severity: worstOf(changed.map(([, entry]) => entry)),
      title: `${count} ${title}`,
      lines: listed(changed.map(([, { problem }]) => problem.what)),
      ...namespacesOf(changed),
      at,
    },
  ];
}

function noticeOf(kind: Change, [key, entry]: Changed, now: Date): Notice {
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
    id: idOf(kind, key, seenAt, String(returns), problem.severity, kind === 'reminder' ? at : ''),
    thread: idOf(key, seenAt),
    kind,
    severity: problem.severity,
    title: kind === 'recovered' ? `Over: ${titleOf(entry)}` : titleOf(entry),
    lines,
    ...pathOf(entry),
    ...namespacesOf([[key, entry]]),
    at,
  };
}

const titleOf = ({ problem, count }: Entry): string =>
  count <= 1 ? problem.what : `${problem.what}, and ${count - 1} more`;

function subjectsLine({ subjects, count }: Entry): string {
  const more = count - subjects.length;
  return `It is about ${subjects.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function pathOf({ problem: { namespace, subject }, count }: Entry): { path?: string } {
  if (count > 1 || namespace === undefined || !subject.includes('/')) return {};
  return { path: `/claims/${subject}` };
}

/** What came and went while it was quiet. */
export function quietSummary(titles: readonly string[], severity: Severity, now: Date): Notice {
  const at = now.toISOString();
  return {
    id: idOf('quiet', at),
    thread: idOf('quiet', at),
    kind: 'summary',
    severity,
    title: `${plural(titles.length, 'problem', 'problems')} came and went during the quiet hours`,
    lines: listed(titles),
    at,
  };
}

export function weeklySummary(open: readonly Entry[], claims: number, now: Date): Notice {
  const at = now.toISOString();
  const isWell = open.length === 0;
  return {
    id: idOf('weekly', at.slice(0, 10)),
    thread: idOf('weekly', at.slice(0, 10)),
    kind: 'weekly',
    severity: worstOf(open),
    title: isWell ? 'All is well' : `${plural(open.length, 'problem is', 'problems are')} open`,
    lines: isWell ? [`${plural(claims, 'claim', 'claims')}, and no problem is open.`] : listed(open.map(titleOf)),
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

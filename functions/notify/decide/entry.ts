/** What is remembered of a problem, or of all that have one cause. Pure. */
import type { Problem, Severity } from '../problems/problem.ts';

export interface Entry {
  /** The oldest of them, as it was seen last; its texts are cut. */
  readonly problem: Problem;
  /** Keys of those that last, with when each began. They stay together until each is mended, also when their cause changes. */
  readonly members: Readonly<Record<string, string>>;
  readonly count: number;
  /** The first of them, for people. */
  readonly subjects: readonly string[];
  readonly namespaces: readonly string[];
  /** When it was first seen; with the key its identity. */
  readonly seenAt: string;
  readonly saidAt?: string | undefined;
  readonly saidSeverity?: Severity | undefined;
  /** So often it has come back. */
  readonly returns: number;
  readonly goneAt?: string | undefined;
}

export type Entries = ReadonlyMap<string, Entry>;

/** All of it must fit into one ConfigMap of 1 MiB, beside what is still to be sent. */
const maxEntries = 300;
const maxMembers = 3_000;
const maxText = 300;
const maxSubjects = 20;
const maxNamespaces = 100;

const cut = (text: string): string => (text.length <= maxText ? text : `${text.slice(0, maxText - 1)}…`);

export const isOpen = ({ goneAt, problem }: Entry): boolean => goneAt === undefined && problem.isOver !== true;

/** Of each problem under which key it is remembered: where it was, with its cause, or alone while there is room. */
export function grouping(entries: Entries): (problem: Problem) => string {
  const homes = new Map(
    [...entries].flatMap(([key, entry]) =>
      isOpen(entry) ? Object.keys(entry.members).map((one) => [one, key] as const) : [],
    ),
  );
  const alone = new Set(entries.keys());
  return ({ key, cause, isOver }) => {
    const home = homes.get(key);
    if (home !== undefined) return home;
    // What does not last joins nothing that does.
    if (cause !== undefined && isOver !== true) return `cause/${cause}`;
    if (alone.size >= maxEntries && !alone.has(key)) return 'cause/many';
    alone.add(key);
    return key;
  };
}

/** `still`: members that this look has not found, and that are not mended. */
export function meet(
  known: Entry | undefined,
  problems: readonly Problem[],
  still: readonly (readonly [string, string])[],
  at: string,
): Entry {
  const [first] = problems.toSorted((a, b) => a.since.localeCompare(b.since) || a.key.localeCompare(b.key));
  const problem = first ?? known?.problem;
  if (problem === undefined) throw new Error('an entry is of a problem');
  const severities = problems.length === 0 ? [problem.severity] : problems.map(({ severity }) => severity);
  const members = [...still, ...problems.map(({ key, since }) => [key, since] as const)];
  const subjects = new Set([
    ...problems.map(({ subject }) => subject),
    ...(known?.subjects ?? []).filter((one) => still.some(([key]) => key.endsWith(one))),
  ]);
  const namespaces = new Set([...(known?.namespaces ?? []), ...problems.flatMap(({ namespace }) => namespace ?? [])]);
  return {
    problem: {
      ...problem,
      severity: severities.includes('critical') ? 'critical' : 'warning',
      what: cut(problem.what),
      why: cut(problem.why),
      fix: cut(problem.fix),
    },
    members: Object.fromEntries(members.slice(0, maxMembers)),
    count: members.length,
    subjects: [...subjects].sort().slice(0, maxSubjects),
    namespaces: [...namespaces].sort().slice(0, maxNamespaces),
    seenAt: known?.seenAt ?? at,
    returns: (known?.returns ?? 0) + (known?.goneAt === undefined ? 0 : 1),
    ...(known?.saidAt === undefined ? {} : { saidAt: known.saidAt, saidSeverity: known.saidSeverity }),
  };
}

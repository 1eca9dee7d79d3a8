/**
 * Which of many due backups start first, when not all of them may. Pure. Invariants:
 *  1. Policies take turns: next is the one with the fewest backups under way; of those, the one that was served longest ago. A policy of a thousand
 *     claims holds up a policy of one for one backup at most.
 *  2. Inside a policy namespaces take turns in the same way.
 *  3. Inside a namespace of a policy the longest due comes first, then by name.
 */

export interface DueBackup {
  readonly policy: string;
  readonly namespace: string;
  readonly claim: string;
  readonly dueAt: Date;
}

/** What is under way, and when somebody's turn was last; keyed by policy, and by `policy/namespace`. */
export interface TurnState {
  readonly running: ReadonlyMap<string, number>;
  readonly lastServedAt: ReadonlyMap<string, Date>;
}

export interface TurnLimits {
  /** So many may start now. */
  readonly free: number;
  /** By policy: its `concurrency`. A policy that is not here has no limit of its own. */
  readonly concurrency: ReadonlyMap<string, number>;
}

interface Line<T> {
  readonly key: string;
  readonly items: Iterator<T>;
  running: number;
  servedAt: number;
}

/** Before anybody was ever served. */
const never = -Infinity;

/** One item of each line in turn, until all lines are empty or stopped. `room`: undefined where a line has no limit. */
function* alternate<T>(lines: readonly Line<T>[], room: (key: string) => number | undefined): Generator<T> {
  const levels = new Map<number, Line<T>[]>();
  const enter = (line: Line<T>) => {
    const level = levels.get(line.running);
    if (level === undefined) levels.set(line.running, [line]);
    else level.push(line);
  };
  for (const line of lines) enter(line);
  let turn = 0;
  while (levels.size > 0) {
    const fewest = Math.min(...levels.keys());
    const level = levels.get(fewest) ?? [];
    levels.delete(fewest);
    for (const line of level.toSorted((a, b) => a.servedAt - b.servedAt || (a.key < b.key ? -1 : 1))) {
      if (line.running >= (room(line.key) ?? Infinity)) continue;
      const { value, done } = line.items.next();
      if (done === true) continue;
      yield value;
      line.running += 1;
      // After all that were served before now.
      line.servedAt = Number.MAX_SAFE_INTEGER / 2 + turn;
      turn += 1;
      enter(line);
    }
  }
}

function lineOf<T>(key: string, items: Iterator<T>, { running, lastServedAt }: TurnState): Line<T> {
  return { key, items, running: running.get(key) ?? 0, servedAt: lastServedAt.get(key)?.getTime() ?? never };
}

function longestDueFirst(a: DueBackup, b: DueBackup): number {
  return a.dueAt.getTime() - b.dueAt.getTime() || (a.claim < b.claim ? -1 : 1);
}

/** In the order in which they start. */
export function takeTurns<T extends DueBackup>(due: readonly T[], state: TurnState, limits: TurnLimits): T[] {
  if (limits.free <= 0) return [];
  const policies = [...Map.groupBy(due, ({ policy }) => policy)].map(([policy, ofPolicy]) => {
    const namespaces = [...Map.groupBy(ofPolicy, ({ namespace }) => namespace)].map(([namespace, items]) =>
      lineOf(`${policy}/${namespace}`, items.toSorted(longestDueFirst)[Symbol.iterator](), state),
    );
    return lineOf(
      policy,
      alternate(namespaces, () => undefined),
      state,
    );
  });
  const started: T[] = [];
  for (const next of alternate(policies, (policy) => limits.concurrency.get(policy))) {
    started.push(next);
    if (started.length >= limits.free) break;
  }
  return started;
}

/**
 * Whether a schedule can be met at all, from what backups have taken so far. Pure. A run begins with every due instant and takes the time of its
 * claims, divided by the limit; it must end before the next one, within the hours of the window.
 */

export interface ScheduleLoad {
  /** What a backup of each claim takes, in milliseconds; undefined: none was measured so far. */
  readonly claimMs: readonly (number | undefined)[];
  /** Between two due instants, the shortest. */
  readonly intervalMs: number;
  /** Of that time the window is open so long. */
  readonly openMs: number;
  /** So many at once: the smaller of the policy's and the cluster's. */
  readonly limit: number;
}

export type Feasibility =
  | { readonly verdict: 'unknown'; readonly why: string }
  | {
      readonly verdict: 'fits' | 'too_much' | 'one_is_too_long';
      readonly text: string;
      /** Of all claims, one after another. */
      readonly workMs: number;
      /** With the limit. */
      readonly takesMs: number;
      /** The smallest limit that is enough; undefined: none is. */
      readonly neededLimit: number | undefined;
      /** Claims whose time is a guess: the median of the others. */
      readonly guessed: number;
    };

export function decideFeasible({ claimMs, intervalMs, openMs, limit }: ScheduleLoad): Feasibility {
  const known = claimMs.filter((ms) => ms !== undefined).toSorted((a, b) => a - b);
  const median = known[Math.floor(known.length / 2)];
  const longest = known.at(-1);
  if (median === undefined || longest === undefined) {
    return { verdict: 'unknown', why: claimMs.length === 0 ? 'no claim matches' : 'no backup was measured so far' };
  }
  const guessed = claimMs.length - known.length;
  const workMs = known.reduce((sum, ms) => sum + ms, 0) + guessed * median;
  // Neither faster than the longest, nor than the limit allows.
  const takesMs = Math.max(longest, workMs / limit);
  const numbers = { workMs, takesMs, guessed };
  const per = intervalMs === openMs ? hours(intervalMs) : `${hours(openMs)} that the window is open`;
  if (longest > openMs) {
    const text = `one backup alone takes ${hours(longest)} of ${per}: no limit helps; make the schedule rarer or the window longer`;
    return { verdict: 'one_is_too_long', text, neededLimit: undefined, ...numbers };
  }
  const neededLimit = Math.max(1, Math.ceil(workMs / openMs));
  if (takesMs <= openMs) {
    return { verdict: 'fits', text: `${hours(takesMs)} of work per ${per} at limit ${limit}`, neededLimit, ...numbers };
  }
  const text = `${hours(takesMs)} of work per ${per} at limit ${limit}: raise to ${neededLimit}`;
  return { verdict: 'too_much', text, neededLimit, ...numbers };
}

/** `33 h`, `1.5 h`, `12 min`. */
function hours(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 60) return `${round(minutes)} min`;
  return `${round(minutes / 60)} h`;
}

/** Rounded up: a time that is reported as 24 h fits into 24 h. */
function round(value: number): number {
  return value >= 10 ? Math.ceil(value) : Math.ceil(value * 10) / 10;
}

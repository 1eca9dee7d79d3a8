/** Whether the schedule of a policy can be met at all, from what backups of its claims took so far. Pure. */
import type { PolicyPreviewAnswer } from '@soteria/shared/http-contract/policy-answers.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { RestorePoint } from '@soteria/shared/restore-points/restore-point.ts';
import { openMsBetween } from '../due/window.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';
import { decideFeasible } from './decide-feasible.ts';

type Feasibility = NonNullable<PolicyPreviewAnswer['feasibility']>;
type Run = PolicyPreviewAnswer['runs'][number];

/** The setting that limits all Operations of the cluster. */
const clusterSetting = 'SOTERIA_MAX_PARALLEL' as const;

/**
 * What the newest backup of each claim took, by `namespace/claim`. An Operation counts from its start to its end. Where none is recorded any more, the
 * newest restore point counts from its snapshot to its completion.
 */
export function measuredMs(
  backups: readonly Operation[],
  points: readonly RestorePoint[],
): ReadonlyMap<string, number> {
  const newest = new Map<string, { readonly at: number; readonly ms: number }>();
  const measure = (key: string, from: string | null | undefined, to: string | null | undefined): void => {
    const at = Date.parse(to ?? '');
    const ms = at - Date.parse(from ?? '');
    if (!(ms > 0)) return;
    const known = newest.get(key);
    if (known === undefined || at > known.at) newest.set(key, { at, ms });
  };
  for (const { metadata, spec, status } of backups) {
    if (status?.phase !== 'Succeeded' || status.result?.reused === true) continue;
    measure(`${metadata.namespace ?? ''}/${spec.request.pvc ?? ''}`, status.startedAt, status.finishedAt);
  }
  const ofOperations = new Set(newest.keys());
  for (const point of points) {
    const key = `${point.namespace ?? ''}/${point.pvc ?? ''}`;
    if (!point.restorable || point.origin === 'other-cluster' || ofOperations.has(key)) continue;
    measure(key, point.data_as_of, point.completed_at);
  }
  return new Map([...newest].map(([key, { ms }]) => [key, ms]));
}

interface Interval {
  readonly intervalMs: number;
  readonly openMs: number;
}

/** The interval between two of the next runs in which the least work can be done; a run outside the window starts when it opens. */
function tightestInterval({ window, timeZone }: ResolvedPolicy, runs: readonly Run[]): Interval | undefined {
  const starts = [...new Set(runs.map(({ at, not_before: opens }) => opens ?? at))].map((at) => new Date(at));
  const intervals = starts.slice(1).map((to, index) => {
    const from = starts[index] ?? to;
    const intervalMs = to.getTime() - from.getTime();
    return { intervalMs, openMs: window === undefined ? intervalMs : openMsBetween(window, timeZone, from, to) };
  });
  return intervals.toSorted((a, b) => a.openMs - b.openMs)[0];
}

const seconds = (ms: number): number => Math.round(ms / 1000);

export function previewLoad(
  policy: ResolvedPolicy,
  runs: readonly Run[],
  { claimMs, maxParallel }: { readonly claimMs: readonly (number | undefined)[]; readonly maxParallel: number },
): Feasibility {
  const ofPolicy = policy.concurrency ?? Infinity;
  const limit = Math.min(ofPolicy, maxParallel);
  const limitedBy = ofPolicy <= maxParallel ? ('concurrency' as const) : clusterSetting;
  const none = {
    limit,
    limited_by: limitedBy,
    needed_limit: null,
    work_seconds: null,
    takes_seconds: null,
    guessed: null,
  };
  const interval = tightestInterval(policy, runs);
  if (interval === undefined) return { verdict: 'unknown', text: 'the schedule has no two runs', ...none };
  const found = decideFeasible({ ...interval, claimMs, limit });
  if (found.verdict === 'unknown') return { verdict: found.verdict, text: found.why, ...none };
  const { verdict, text, workMs, takesMs, neededLimit, guessed } = found;
  return {
    verdict,
    text: verdict === 'too_much' ? `${text} (${limitedBy})` : text,
    limit,
    limited_by: limitedBy,
    needed_limit: neededLimit ?? null,
    work_seconds: seconds(workMs),
    takes_seconds: seconds(takesMs),
    guessed,
  };
}

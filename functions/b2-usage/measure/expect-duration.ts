/** Estimates how long a measurement will take in all. Pure. */
import { sumBuckets } from '../record/history.ts';
import type { Measurement } from '../record/usage-record.ts';
import type { Progress } from '../record/progress.ts';

/** Below this count the store's speed is unknown. */
const tellingMs = 5_000;

function versionsIn(buckets: Progress['buckets']): number {
  const { objects, hiddenObjects, markers } = sumBuckets(buckets ?? []);
  return objects + hiddenObjects + markers;
}

/** The milliseconds of work, including the work so far; undefined while there is nothing to estimate from. */
export function expectDurationMs(
  progress: Progress,
  last: Pick<Measurement, 'buckets' | 'listingMs'> | undefined,
): number | undefined {
  const { busyMs, stretches, tasks } = progress;
  const counted = versionsIn(progress.buckets);
  const before = versionsIn(last?.buckets);
  const lastMs = last?.listingMs ?? 0;
  if (before > 0 && lastMs > 0) {
    const perVersionMs = busyMs >= tellingMs && counted > 0 ? busyMs / counted : lastMs / before;
    return busyMs + Math.max(0, before - counted) * perVersionMs;
  }
  if (busyMs < tellingMs) return undefined;
  // For the first time: stretches are folders that fan out by a hash, so one takes about as long as another.
  const closed = stretches - tasks.length;
  return closed <= 0 ? Infinity : busyMs + (busyMs * tasks.length) / closed;
}

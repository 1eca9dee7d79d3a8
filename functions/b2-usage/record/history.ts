/** Past sums, bounded: every measurement of two days, one a day for five weeks. Pure. */
import * as z from 'zod';
import type { MeasuredBucket } from '../tally/measured-bucket.ts';

const sample = z.object({
  at: z.string(),
  bytes: z.number(),
  hiddenBytes: z.number(),
  unfinishedBytes: z.number(),
  objects: z.number(),
  /** Current bytes of each of `owners`, in their order; null where the owner did not exist. */
  of: z.array(z.number().nullable()),
});
export type Sample = z.infer<typeof sample>;

export const historyShape = z.object({
  /** The largest owners, as `<bucket>|<owner>`. */
  owners: z.array(z.string()),
  /** Oldest first. */
  samples: z.array(sample),
});
export type History = z.infer<typeof historyShape>;

/** 50 samples of 500 owners are about 300 KB. */
const maxHistoryOwners = 500;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export function sumBuckets(buckets: readonly MeasuredBucket[]) {
  const sum = (value: (bucket: MeasuredBucket) => number) => buckets.reduce((total, one) => total + value(one), 0);
  return {
    bytes: sum(({ tally }) => tally.bytes),
    objects: sum(({ tally }) => tally.objects),
    hiddenBytes: sum(({ tally }) => tally.hiddenBytes),
    hiddenObjects: sum(({ tally }) => tally.hiddenObjects),
    markers: sum(({ tally }) => tally.markers),
    unfinishedBytes: sum(({ uploads }) => uploads?.bytes ?? 0),
    unfinishedUploads: sum(({ uploads }) => uploads?.count ?? 0),
  };
}

export function ownersOf(buckets: readonly MeasuredBucket[]): Map<string, number> {
  return new Map(
    buckets.flatMap(({ name, tally }) =>
      Object.entries(tally.owners).map(([owner, { bytes }]) => [`${name}|${owner}`, bytes] as const),
    ),
  );
}

export function appendSample(history: History, buckets: readonly MeasuredBucket[], at: Date): History {
  const now = ownersOf(buckets);
  const largest = [...now].toSorted((a, b) => b[1] - a[1]).map(([owner]) => owner);
  const owners = [...new Set([...largest.slice(0, maxHistoryOwners), ...history.owners])].slice(0, maxHistoryOwners);
  const { bytes, hiddenBytes, unfinishedBytes, objects } = sumBuckets(buckets);
  const places = new Map(history.owners.map((owner, index) => [owner, index]));
  const moved = history.samples.map((past) => ({
    ...past,
    of: owners.map((owner) => past.of[places.get(owner) ?? -1] ?? null),
  }));
  const of = owners.map((owner) => now.get(owner) ?? null);
  const next = { at: at.toISOString(), bytes, hiddenBytes, unfinishedBytes, objects, of };
  return { owners, samples: thin([...moved, next], at) };
}

/** Keeps the newest sample of each day, and for the last two days the newest of each hour. */
function thin(samples: readonly Sample[], now: Date): Sample[] {
  const kept = new Map<string, Sample>();
  for (const one of samples) {
    const age = now.getTime() - Date.parse(one.at);
    if (age <= 35 * dayMs) kept.set(age < 2 * dayMs ? one.at.slice(0, 13) : one.at.slice(0, 10), one);
  }
  return [...kept.values()].toSorted((a, b) => a.at.localeCompare(b.at));
}

/** The same history with fewer owners; undefined when no owner can be left out. */
export function halveOwners({ owners, samples }: History): History | undefined {
  if (owners.length === 0) return undefined;
  const keep = Math.floor(owners.length / 2);
  return { owners: owners.slice(0, keep), samples: samples.map((one) => ({ ...one, of: one.of.slice(0, keep) })) };
}

/** The newest sample that is at least this old, otherwise the oldest sample; never the newest of all. */
export function sampleBefore({ samples }: History, now: Date, ageMs: number): Sample | undefined {
  const past = samples.slice(0, -1);
  return past.findLast(({ at }) => now.getTime() - Date.parse(at) >= ageMs) ?? past[0];
}

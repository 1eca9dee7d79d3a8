/**
 * One step of a measurement: the part that fits into one request. Invariants:
 *  1. One process at a time: a step holds a lease in the stored progress and renews it with every checkpoint.
 *  2. The counts and the position of the listing are stored in one write: a kill costs the time since the last
 *     checkpoint, never a number.
 */
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BucketSource } from '../bucket/port.ts';
import type { Kept } from '../record/usage-store.ts';
import type { UsageTools } from '../tools.ts';
import { countUploads } from '../tally/count-uploads.ts';
import { listTasks } from './list-tasks.ts';
import { newBucket } from '../tally/measured-bucket.ts';
import { type Progress } from '../record/progress.ts';

/** The tools that a measurement needs, in the function and in the Job. */
export type StepTools = Pick<UsageTools, 'usage' | 'openSource' | 'now' | 'pace' | 'settings'> & {
  /** True: the process has to end, so the step ends with the running pages. */
  readonly isStopping?: () => boolean;
};

export interface StepEnd {
  readonly isDone: boolean;
  readonly kept: Kept<Progress>;
}

/** Throws `bucket_refused` and `bucket_unavailable` with the progress stored, and `cluster_conflict` when another process took over. */
export async function takeStep(
  tools: StepTools,
  kept: Kept<Progress>,
  { signal }: Pick<Incoming, 'signal'>,
): Promise<StepEnd> {
  const { usage, pace, now, settings, openSource } = tools;
  const progress = structuredClone(kept.value);
  let { object } = kept;
  const startedMs = now().getTime();
  let storedMs = startedMs;
  let storing: Promise<void> | undefined;
  let storeFailure: unknown;

  async function store(isLast = false): Promise<void> {
    progress.busyMs += now().getTime() - storedMs;
    progress.leaseUntil = isLast ? undefined : new Date(now().getTime() + pace.leaseMs).toISOString();
    storedMs = now().getTime();
    ({ object } = await usage.writeProgress({ value: progress, object }, signal));
  }
  const isTimeUp = (): boolean =>
    storeFailure !== undefined ||
    signal.aborted ||
    tools.isStopping?.() === true ||
    now().getTime() - startedMs >= pace.budgetMs;

  await store();
  if (openSource === undefined) throw notConfigured(settings.missing);
  const opened = await openSource(() => (progress.calls += 1));
  const { source } = opened;
  try {
    await openBuckets(source, progress, signal);
    await listTasks({
      source,
      progress,
      signal,
      isTimeUp,
      parallel: settings.store?.parallel ?? 1,
      onPage: () => {
        if (storing !== undefined || now().getTime() - storedMs < pace.checkpointMs) return;
        storing = store()
          .catch((error: unknown) => (storeFailure = error))
          .finally(() => (storing = undefined))
          .then(() => undefined);
      },
    });
    await storing;
    if (storeFailure !== undefined) throw storeFailure;
    const isListed = progress.tasks.length === 0;
    if (isListed && !isTimeUp()) await countAllUploads({ source, progress, tools, signal, isTimeUp });
    const isDone = isListed && (progress.buckets ?? []).every(({ uploads }) => uploads !== undefined);
    progress.seesVersions &&= source.seesVersions();
    progress.step += 1;
    await store(true);
    return { isDone, kept: { value: progress, object } };
  } catch (error) {
    await storing;
    // Releases the lease, so that the next step can begin at once. When even that fails, the first error is still the cause.
    if (error instanceof SoteriaError && storeFailure === undefined) await store(true).catch(() => undefined);
    throw error;
  } finally {
    opened.close();
  }
}

async function openBuckets(source: BucketSource, progress: Progress, signal: AbortSignal): Promise<void> {
  if (progress.buckets !== undefined) return;
  const { buckets, excessRights } = await source.open(signal);
  const opened = [];
  for (const { name, prefix } of buckets)
    opened.push(newBucket(name, prefix, defined(await source.traits(name, signal))));
  progress.buckets = opened;
  progress.excessRights = [...excessRights];
  progress.tasks = buckets.map(({ name, prefix }) => ({ bucket: name, prefix, depth: 0 }));
  progress.stretches = progress.tasks.length;
}

function defined<T extends object>(traits: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== undefined)) as never;
}

interface UploadsOfAll {
  readonly source: BucketSource;
  readonly progress: Progress;
  readonly tools: StepTools;
  readonly signal: AbortSignal;
  readonly isTimeUp: () => boolean;
}

async function countAllUploads({ source, progress, tools, signal, isTimeUp }: UploadsOfAll): Promise<void> {
  const staleBeforeMs = Date.parse(progress.startedAt) - tools.settings.staleUploadDays * 86_400_000;
  for (const bucket of progress.buckets ?? []) {
    bucket.uploads ??= await countUploads({ source, bucket, staleBeforeMs, signal, isTimeUp });
  }
}

function notConfigured(missing: readonly string[]): SoteriaError {
  return new SoteriaError('unprocessable', {
    what: 'usage cannot be measured',
    why: `it is not configured: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set`,
    fix: 'fill in Secret soteria-b2; docs/b2-usage.md shows how to make a key that can only list',
  });
}

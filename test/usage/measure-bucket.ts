/** Everything the function does between the store's address and its sums, without the cluster. */
import { openSource } from '../../functions/b2-usage/open-source.ts';
import { defaultPatience } from '../../functions/b2-usage/bucket/try-again.ts';
import type { StoreSettings } from '../../functions/b2-usage/config.ts';
import { listTasks } from '../../functions/b2-usage/measure/list-tasks.ts';
import { newBucket } from '../../functions/b2-usage/tally/measured-bucket.ts';
import { newProgress, type Progress } from '../../functions/b2-usage/record/progress.ts';

export interface MeasureOptions {
  readonly store: Partial<StoreSettings> & Pick<StoreSettings, 'api' | 'endpoint'>;
  /** Called after every page: true stops, as the end of a step does. */
  readonly isTimeUp?: (pages: number) => boolean;
  /** Continues this progress. */
  readonly progress?: Progress;
  /** Gets every pause; no pause takes real time. */
  readonly onWait?: (ms: number) => void;
}

export const key = { keyId: 'AKIDTEST', applicationKey: 'secret-of-the-test' };

export function settingsOf(store: MeasureOptions['store']): StoreSettings {
  return { region: 'us-east-1', addressing: 'path', ca: undefined, ...key, buckets: [], parallel: 4, ...store };
}

/** The progress at the end: all sums, and no task left unless it was stopped. */
export async function measureBucket(options: MeasureOptions): Promise<Progress> {
  const { isTimeUp = () => false } = options;
  const progress = structuredClone(options.progress ?? newProgress('m-1', new Date(), 'test'));
  const { signal } = new AbortController();
  const patience = {
    ...defaultPatience,
    sleep: (ms: number) => {
      options.onWait?.(ms);
      return Promise.resolve();
    },
  };
  const { source, close } = openSource(settingsOf(options.store), () => (progress.calls += 1), patience);
  try {
    if (progress.buckets === undefined) {
      const { buckets, excessRights } = await source.open(signal);
      progress.buckets = buckets.map(({ name, prefix }) => newBucket(name, prefix, {}));
      progress.excessRights = [...excessRights];
      progress.tasks = buckets.map(({ name, prefix }) => ({ bucket: name, prefix, depth: 0 }));
    }
    let pages = 0;
    await listTasks({
      source,
      progress,
      parallel: options.store.parallel ?? 4,
      isTimeUp: () => isTimeUp(pages),
      onPage: () => (pages += 1),
      signal,
    });
    progress.seesVersions = source.seesVersions();
    return progress;
  } finally {
    close();
  }
}

export function tallyOf({ buckets }: Progress) {
  const [bucket] = buckets ?? [];
  if (bucket === undefined) throw new Error('no bucket was measured');
  return bucket.tally;
}

/**
 * Adds one page to the sums. Invariants:
 *  1. A page counts only after it was read to its end: a page that breaks off and is read again counts once.
 *  2. A listing is sorted by name, and within a name newest first: a version is hidden by the version of the same name before it.
 */
import type { BucketSource, ListedVersion, PageRequest } from '../bucket/port.ts';
import { createClassifier } from '../tally/classify-key.ts';
import type { Task } from '../record/progress.ts';
import { countVersion, emptyTally, type Tally } from '../tally/tally.ts';

export interface ReadPage {
  readonly tally: Tally;
  readonly last: Task['last'];
  readonly nextCursor: string | undefined;
  readonly folders: readonly string[];
}

export async function readPage(
  source: Pick<BucketSource, 'listPage'>,
  request: PageRequest,
  before: Task['last'],
  asOfMs: number,
  signal: AbortSignal,
): Promise<ReadPage> {
  const classify = createClassifier();
  let tally = emptyTally();
  let last = before;
  const startPage = () => {
    tally = emptyTally();
    last = before;
    return (version: ListedVersion): void => {
      // The bytes are counted with the unfinished uploads.
      if (version.kind === 'part') return;
      const { key, sizeBytes, kind, atMs } = version;
      const successor = last?.key === key ? last : undefined;
      const isLatest = version.isLatest ?? successor === undefined;
      if (kind === 'marker') tally.markers += 1;
      else {
        const hiddenSince = successor?.atMs ?? atMs;
        countVersion(tally, classify(key), sizeBytes, isLatest ? undefined : Math.max(0, asOfMs - hiddenSince));
      }
      last = { key, atMs };
    };
  };
  const { nextCursor, folders } = await source.listPage(request, startPage, signal);
  return { tally, last, nextCursor, folders };
}

/** Counts the unfinished uploads of a bucket: they cost money like other objects, and no listing of objects shows them. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BucketRef, BucketSource } from '../bucket/port.ts';
import type { Uploads } from './measured-bucket.ts';

/** Each upload costs its own calls; a bucket with more uploads needs a lifecycle rule, not a count. */
const maxUploads = 500;

export interface CountUploads {
  readonly source: Pick<BucketSource, 'listUploads'>;
  readonly bucket: BucketRef;
  readonly staleBeforeMs: number;
  /** Stores the counts so far as incomplete: otherwise an interrupted step would begin again for ever. */
  readonly isTimeUp: () => boolean;
  readonly signal: AbortSignal;
}

export async function countUploads(options: CountUploads): Promise<Uploads> {
  const { source, bucket, staleBeforeMs, isTimeUp, signal } = options;
  const sums = { count: 0, bytes: 0, oldestAtMs: 0, staleCount: 0, staleBytes: 0, isComplete: true };
  try {
    for await (const { startedAtMs, sizeBytes } of source.listUploads(bucket, signal)) {
      if (sums.count >= maxUploads || isTimeUp()) return { ...sums, isComplete: false };
      const bytes = sizeBytes ?? 0;
      sums.isComplete &&= sizeBytes !== undefined;
      sums.oldestAtMs = sums.count === 0 ? startedAtMs : Math.min(sums.oldestAtMs, startedAtMs);
      sums.count += 1;
      sums.bytes += bytes;
      if (startedAtMs >= staleBeforeMs) continue;
      sums.staleCount += 1;
      sums.staleBytes += bytes;
    }
    return sums;
  } catch (error) {
    // The store does not have the call, or the key lacks the right: unfinished uploads stay unknown.
    if (!(error instanceof SoteriaError && error.code === 'bucket_refused')) throw error;
    return { ...sums, isComplete: false };
  }
}

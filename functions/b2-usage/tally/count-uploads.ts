/** The unfinished uploads of a bucket: paid for like anything else, and shown by no listing of objects. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BucketRef, BucketSource } from '../bucket/port.ts';
import type { Uploads } from './measured-bucket.ts';

/** Each upload costs its own calls; a bucket with more uploads needs a rule, not a number. */
const maxUploads = 500;

export interface CountUploads {
  readonly source: Pick<BucketSource, 'listUploads'>;
  readonly bucket: BucketRef;
  readonly staleBeforeMs: number;
  /** The counts so far are stored as incomplete: without that, a step that is cut off would begin again for ever. */
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
    // A store without the call, or a key without the right, has no unfinished uploads that we could know of.
    if (!(error instanceof SoteriaError && error.code === 'bucket_refused')) throw error;
    return { ...sums, isComplete: false };
  }
}

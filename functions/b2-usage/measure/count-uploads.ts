/** The unfinished uploads of a bucket: paid for like anything else, and shown by no listing of objects. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BucketRef, BucketSource, UnfinishedUpload } from '../bucket/port.ts';
import type { Uploads } from './progress.ts';

/** Each costs calls of its own; whoever has more of them needs a rule, not a number. */
const maxUploads = 500;

export async function countUploads(
  source: BucketSource,
  bucket: BucketRef,
  staleBeforeMs: number,
  signal: AbortSignal,
): Promise<Uploads> {
  try {
    const found = await source.listUploads(bucket, maxUploads, signal);
    return { ...sumUploads(found, staleBeforeMs), isComplete: found.length < maxUploads };
  } catch (error) {
    // A store without the call, or a key without the right, has no unfinished uploads that we could know of.
    if (!(error instanceof SoteriaError && error.code === 'bucket_refused')) throw error;
    return { ...sumUploads([], staleBeforeMs), isComplete: false };
  }
}

function sumUploads(found: readonly UnfinishedUpload[], staleBeforeMs: number): Omit<Uploads, 'isComplete'> {
  const stale = found.filter(({ startedAtMs }) => startedAtMs < staleBeforeMs);
  const bytesOf = (some: readonly UnfinishedUpload[]) => some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    count: found.length,
    bytes: bytesOf(found),
    oldestAtMs: found.reduce(
      (oldest, { startedAtMs }) => Math.min(oldest, startedAtMs),
      found.length > 0 ? Infinity : 0,
    ),
    staleCount: stale.length,
    staleBytes: bytesOf(stale),
  };
}

import { describe, expect, it } from 'vitest';
import { bucketRefused, bucketUnavailable } from '../bucket/bucket-errors.ts';
import type { UnfinishedUpload } from '../bucket/port.ts';
import { countUploads } from './count-uploads.ts';

const bucket = { name: 'b', prefix: '' };
const { signal } = new AbortController();

function count(uploads: readonly (UnfinishedUpload | Error)[], isTimeUp: () => boolean = () => false) {
  async function* listUploads(): AsyncGenerator<UnfinishedUpload> {
    await Promise.resolve();
    for (const one of uploads) {
      if (one instanceof Error) throw one;
      yield one;
    }
  }
  return countUploads({ source: { listUploads }, bucket, staleBeforeMs: 1000, isTimeUp, signal });
}

const upload = (startedAtMs: number, sizeBytes: number | undefined): UnfinishedUpload => ({
  key: 'k',
  startedAtMs,
  sizeBytes,
});

describe('unfinished uploads', () => {
  it('are counted with their bytes, the old ones apart', async () => {
    expect(await count([upload(2000, 5), upload(900, 7), upload(999, 1)])).toEqual({
      count: 3,
      bytes: 13,
      oldestAtMs: 900,
      staleCount: 2,
      staleBytes: 8,
      isComplete: true,
    });
  });

  it.each([
    ['the key may not list their parts', [upload(1, undefined), upload(2, 3)], 2],
    ['the key may not list them', [bucketRefused('forbidden', 'no')], 0],
    ['there are too many', Array.from({ length: 501 }, () => upload(1, 1)), 500],
  ])('are told to be incomplete when %s', async (_title, uploads, found) => {
    expect(await count(uploads)).toMatchObject({ count: found, isComplete: false });
  });

  it('are counted until the time of the step is over: a step must not take longer than a request', async () => {
    let asked = 0;
    const sums = await count(
      Array.from({ length: 100 }, () => upload(1, 1)),
      () => (asked += 1) > 10,
    );
    expect(sums).toMatchObject({ count: 10, isComplete: false });
  });

  it('that cannot be listed temporarily are listed again', async () => {
    await expect(count([upload(1, 1), bucketUnavailable('b', '503')])).rejects.toMatchObject({
      code: 'bucket_unavailable',
    });
  });
});

import { describe, expect, it } from 'vitest';
import { bucketRefused } from '../bucket/bucket-errors.ts';
import { createTestBench } from '../test-bench.ts';
import { createFakeSource } from '../testing/fake-source.ts';
import { newProgress } from '../record/progress.ts';
import { takeStep } from './take-step.ts';

describe('a step of a measurement', () => {
  it('reports the error of the bucket, although the deadline has passed and the progress cannot be stored', async () => {
    const deadline = new AbortController();
    const source = createFakeSource({
      pageSize: 1,
      buckets: [{ name: 'b', versions: [] }],
      trouble: () => {
        deadline.abort();
        throw bucketRefused('forbidden', 'bucket b was not listed');
      },
    });
    const { tools, usage, now } = createTestBench({ source: () => source });
    const kept = await usage.writeProgress({ value: newProgress('m-1', now(), 'b2'), object: undefined });
    await expect(takeStep(tools, kept, { signal: deadline.signal })).rejects.toMatchObject({ code: 'bucket_refused' });
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type NextLook, createWorkQueue } from './work-queue.ts';

describe('the work queue', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('processes a key once that was added many times, in order, and only after the start', async () => {
    const { queue, looked } = queueOf(async () => undefined);
    for (const key of ['a', 'b', 'a']) queue.add(key);
    await vi.advanceTimersByTimeAsync(10);
    expect(looked).toEqual([]);
    queue.start();
    await vi.advanceTimersByTimeAsync(10);
    expect(looked).toEqual(['a', 'b']);
  });

  test('a pause holds a key back although it is added again, a reminder does not', async () => {
    let next: NextLook = 100;
    const { queue, looked } = queueOf(async () => next);
    queue.start();
    queue.add('a');
    await vi.advanceTimersByTimeAsync(50);
    queue.add('a');
    await vi.advanceTimersByTimeAsync(49);
    expect(looked.length).toBe(1);
    next = { laterMs: 100 };
    await vi.advanceTimersByTimeAsync(1);
    expect(looked.length).toBe(2);
    queue.add('a');
    await vi.advanceTimersByTimeAsync(0);
    expect(looked.length).toBe(3);
    next = undefined;
    await vi.advanceTimersByTimeAsync(1000);
    expect(looked.length).toBe(4);
  });

  test('a key whose processing throws is retried after growing pauses, until it succeeds', async () => {
    let isBroken = true;
    const { queue, looked, failures } = queueOf(async () => {
      if (isBroken) throw new Error('broken');
      return undefined;
    });
    queue.start();
    queue.add('a');
    await vi.advanceTimersByTimeAsync(50 + 100);
    expect(failures).toEqual([1, 2, 3]);
    isBroken = false;
    await vi.advanceTimersByTimeAsync(200);
    expect(looked.length).toBe(4);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(looked.length).toBe(4);
  });

  test('a key that is added while it is being processed is processed again', async () => {
    const { queue, looked } = queueOf(async (key) => {
      if (looked.length === 1) queue.add(key);
      return undefined;
    });
    queue.start();
    queue.add('a');
    await vi.advanceTimersByTimeAsync(10);
    expect(looked).toEqual(['a', 'a']);
  });

  test('after the stop no key is processed', async () => {
    const { queue, looked } = queueOf(async () => 10);
    queue.start();
    queue.add('a');
    await vi.advanceTimersByTimeAsync(0);
    await queue.stop();
    queue.add('b');
    await vi.advanceTimersByTimeAsync(1000);
    expect(looked).toEqual(['a']);
  });
});

function queueOf(look: (key: string) => Promise<NextLook>) {
  const looked: string[] = [];
  const failures: number[] = [];
  const queue = createWorkQueue({
    look(key) {
      looked.push(key);
      return look(key);
    },
    onError: (_key, _thrown, count) => void failures.push(count),
  });
  return { queue, looked, failures };
}

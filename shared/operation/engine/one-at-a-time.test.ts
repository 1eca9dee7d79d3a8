import { describe, expect, it } from 'vitest';
import { createOneAtATime } from './one-at-a-time.ts';

describe('one at a time', () => {
  it('runs the same key in order, also after a failure, and other keys beside it', async () => {
    const inTurn = createOneAtATime();
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const one = inTurn('a', async () => {
      await first.promise;
      order.push('one');
      throw new Error('one failed');
    });
    const two = inTurn('a', () => {
      order.push('two');
      return Promise.resolve('done');
    });
    await inTurn('b', () => Promise.resolve(order.push('other')));
    first.resolve();
    await expect(one).rejects.toThrow('one failed');
    await expect(two).resolves.toBe('done');
    expect(order).toEqual(['other', 'one', 'two']);
  });
});

import { describe, expect, it } from 'vitest';
import { createBreaker } from './request-breaker.ts';
import type { Breaker } from './request-breaker.ts';

const never = new AbortController().signal;

async function enter(breaker: Breaker, signal = never): Promise<(() => void) | undefined> {
  const place = breaker.enter(signal);
  return place === 'full' ? undefined : place;
}

describe('the breaker', () => {
  it('with one place accepts eleven of fourteen requests', () => {
    const breaker = createBreaker(1);
    const entries = Array.from({ length: 14 }, () => breaker.enter(never));
    expect(entries.filter((entry) => entry === 'full')).toHaveLength(3);
  });

  it('without a limit accepts every request', () => {
    const breaker = createBreaker(0);
    expect(Array.from({ length: 500 }, () => breaker.enter(never)).includes('full')).toBe(false);
  });

  it('passes a place on in order, once', async () => {
    const breaker = createBreaker(1);
    const order: string[] = [];
    const first = await enter(breaker);
    const waiting = ['second', 'third'].map(async (name) => {
      const leave = await enter(breaker);
      order.push(name);
      return leave;
    });
    first?.();
    first?.();
    await waiting[0];
    expect(order).toEqual(['second']);
    (await waiting[0])?.();
    await waiting[1];
    expect(order).toEqual(['second', 'third']);
  });

  it('forgets a caller that gave up waiting', async () => {
    const breaker = createBreaker(1);
    const first = await enter(breaker);
    const giveUp = new AbortController();
    const second = enter(breaker, giveUp.signal);
    const third = enter(breaker);
    giveUp.abort();
    expect(await second).toBeUndefined();
    first?.();
    expect(await third).toBeTypeOf('function');
  });
});

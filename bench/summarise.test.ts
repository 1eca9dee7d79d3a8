import { describe, expect, it } from 'vitest';
import { quantile, summarise } from './summarise.ts';

describe('a summary', () => {
  it.each([
    [[3], { median: 3, min: 3, max: 3 }],
    [[3, 1, 2], { median: 2, min: 1, max: 3 }],
    [[4, 1, 3, 2], { median: 2.5, min: 1, max: 4 }],
    [[10, 9, 100], { median: 10, min: 9, max: 100 }],
  ])('of %j is %j', (samples, expected) => {
    expect(summarise(samples)).toEqual(expected);
  });

  it('of nothing is refused', () => {
    expect(() => summarise([])).toThrow('nothing was measured');
  });
});

it('a quantile lies where its share of the samples lies below it', () => {
  const samples = Array.from({ length: 101 }, (_, index) => index);
  expect(quantile(samples, 0.99)).toBe(99);
  expect(quantile(samples.toReversed(), 0.5)).toBe(50);
});

import { describe, expect, it } from 'vitest';
import { ageOf, humanDuration } from './human-duration.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('an age in kubectl’s words', () => {
  it.each([
    [-5 * second, '<invalid>'],
    [0, '0s'],
    [119 * second, '119s'],
    [2 * minute, '2m'],
    [9 * minute + 5 * second, '9m5s'],
    [10 * minute + 5 * second, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [7 * hour + 12 * minute, '7h12m'],
    [47 * hour, '47h'],
    [2 * day, '2d'],
    [7 * day + 3 * hour, '7d3h'],
    [700 * day, '700d'],
    [800 * day, '2y70d'],
    [10 * 365 * day, '10y'],
  ])('%i ms is %s', (durationMs, text) => {
    expect(humanDuration(durationMs)).toBe(text);
  });

  it('of nothing is unknown', () => {
    expect(ageOf(undefined, new Date())).toBe('<unknown>');
    expect(ageOf('2025-01-01T00:00:00Z', new Date('2025-01-01T00:00:42Z'))).toBe('42s');
  });
});

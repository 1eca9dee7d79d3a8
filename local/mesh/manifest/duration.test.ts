import { describe, expect, it } from 'vitest';
import { parseGoDuration, parseIsoDuration } from './duration.ts';

describe('a duration', () => {
  it.each([
    ['PT0.2S', 200],
    ['PT2S', 2000],
    ['PT2M', 120_000],
    ['P1DT1H1M1S', 90_061_000],
    ['P1D', 86_400_000],
    ['PT', undefined],
    ['P', undefined],
    ['P1M', undefined],
    ['2s', undefined],
    ['PT-2S', undefined],
  ])('in ISO 8601 %s is %s ms', (text, ms) => {
    expect(parseIsoDuration(text)).toBe(ms);
  });

  it.each([
    ['60s', 60_000],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
    ['0', 0],
    ['500ms', 500],
    ['60', undefined],
    ['', undefined],
    ['1d', undefined],
  ])('in Go’s form %s is %s ms', (text, ms) => {
    expect(parseGoDuration(text)).toBe(ms);
  });
});

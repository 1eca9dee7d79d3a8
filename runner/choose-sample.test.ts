import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseSample } from './choose-sample.ts';

function sampleOf(keys: readonly string[], size: number, seed: string): string[] {
  const sample = chooseSample<string>(size, seed);
  for (const key of keys) sample.offer(key, key);
  return sample.chosen();
}

const distinct = fc.uniqueArray(fc.string(), { maxLength: 60 });

describe('a sample', () => {
  test('has the requested size and holds offered items, whatever their order', () => {
    fc.assert(
      fc.property(distinct, fc.nat(40), fc.string(), (keys, size, seed) => {
        const chosen = sampleOf(keys, size, seed);
        expect(chosen).toHaveLength(Math.min(size, keys.length));
        expect(new Set(chosen).size).toBe(chosen.length);
        expect(chosen.every((key) => keys.includes(key))).toBe(true);
        expect(sampleOf(keys.toReversed(), size, seed)).toEqual(chosen);
      }),
    );
  });

  test('changes with the seed, and reaches every part of a long stream', () => {
    const keys = Array.from({ length: 1000 }, (_none, at) => `file-${at}`);
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed += 1) for (const key of sampleOf(keys, 20, String(seed))) seen.add(key);
    // 4000 draws of 1000: about 980 are expected.
    expect(seen.size).toBeGreaterThan(950);
  });
});

/** Chance that can be repeated: the same seed gives the same throws (mulberry32). */
export interface Dice {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** From 0 up to, not including, `count`. */
  below(count: number): number;
  isHit(percent: number): boolean;
}

export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }
  const below = (count: number) => Math.floor(next() * count);
  return { next, below, isHit: (percent) => below(100) < percent };
}

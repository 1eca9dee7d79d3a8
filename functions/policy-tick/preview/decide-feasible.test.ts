import { describe, expect, it } from 'vitest';
import { decideFeasible } from './decide-feasible.ts';

const hourMs = 3_600_000;
const daily = { intervalMs: 24 * hourMs, openMs: 24 * hourMs };
const claims = (count: number, ms: number | undefined) => Array.from({ length: count }, () => ms);

describe('a schedule', () => {
  it('that asks for more than its limit can do says which limit can', () => {
    expect(decideFeasible({ ...daily, claimMs: claims(99, hourMs), limit: 3 })).toEqual({
      verdict: 'too_much',
      text: '33 h of work per 24 h at limit 3: raise to 5',
      workMs: 99 * hourMs,
      takesMs: 33 * hourMs,
      neededLimit: 5,
      guessed: 0,
    });
  });

  it('that can be met says how much of the time it takes', () => {
    expect(decideFeasible({ ...daily, claimMs: claims(30, hourMs / 10), limit: 3 })).toMatchObject({
      verdict: 'fits',
      text: '1 h of work per 24 h at limit 3',
      neededLimit: 1,
    });
    expect(decideFeasible({ ...daily, claimMs: claims(2, 5 * 60_000), limit: 9 })).toMatchObject({
      text: '5 min of work per 24 h at limit 9',
    });
  });

  it('counts the hours of the window only', () => {
    expect(decideFeasible({ ...daily, openMs: 8 * hourMs, claimMs: claims(12, hourMs), limit: 1 })).toMatchObject({
      text: '12 h of work per 8 h that the window is open at limit 1: raise to 2',
    });
  });

  it('with one backup that is longer than the time between two runs has no limit that helps', () => {
    expect(decideFeasible({ ...daily, claimMs: [25 * hourMs, hourMs], limit: 3 })).toMatchObject({
      verdict: 'one_is_too_long',
      neededLimit: undefined,
      text: 'one backup alone takes 25 h of 24 h: no limit helps; make the schedule rarer or the window longer',
    });
  });

  it('guesses what was not measured by the median, and nothing from nothing', () => {
    expect(decideFeasible({ ...daily, claimMs: [...claims(3, hourMs), undefined], limit: 1 })).toMatchObject({
      workMs: 4 * hourMs,
      guessed: 1,
    });
    expect(decideFeasible({ ...daily, claimMs: claims(3, undefined), limit: 1 })).toMatchObject({ verdict: 'unknown' });
    expect(decideFeasible({ ...daily, claimMs: [], limit: 1 })).toEqual({
      verdict: 'unknown',
      why: 'no claim matches',
    });
  });
});

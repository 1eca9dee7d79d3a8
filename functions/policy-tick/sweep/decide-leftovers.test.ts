import { describe, expect, it } from 'vitest';
import { decideLeftovers } from './decide-leftovers.ts';

const question = { isBusySweep: true, openCount: 0, slotsRecovered: 0, now: new Date('2026-08-20T14:00:00Z') };

describe('leftovers are looked for', () => {
  it.each([
    ['when the busy sweep finds nothing open any more', {}],
    ['every hour while something is open', { isBusySweep: false, openCount: 1 }],
    ['when a slot was held by an operation that is gone', { openCount: 1, slotsRecovered: 1 }],
    ['once a day', { isBusySweep: false, now: new Date('2026-08-20T03:00:30Z') }],
  ])('%s', (_when, change) => {
    expect(decideLeftovers({ ...question, ...change })).toEqual(['backup', 'restore']);
  });

  it('by nobody who could sleep: not every two minutes, and not every hour of a quiet day', () => {
    expect(decideLeftovers({ ...question, openCount: 1 })).toEqual([]);
    expect(decideLeftovers({ ...question, isBusySweep: false })).toEqual([]);
  });
});

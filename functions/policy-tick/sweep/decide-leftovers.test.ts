import { describe, expect, it } from 'vitest';
import { decideLeftovers } from './decide-leftovers.ts';

const question = { isBusySweep: true, openCount: 0, slotsRecovered: 0, now: new Date('2026-08-20T14:00:00Z') };

describe('leftovers are looked for', () => {
  it.each([
    ['when the busy sweep finds nothing open any more', {}],
    ['every hour while something is open', { isBusySweep: false, openCount: 1 }],
    ['when a slot was held by an operation that is gone', { openCount: 1, slotsRecovered: 1 }],
    [
      'every ten minutes while something is open, for an upload that stands still wakes nobody',
      { openCount: 1, now: new Date('2026-08-20T14:11:59Z') },
    ],
    ['once a day', { isBusySweep: false, now: new Date('2026-08-20T03:00:30Z') }],
  ])('%s', (_when, change) => {
    expect(decideLeftovers({ ...question, ...change })).toEqual(['backup', 'restore', 'policy-tick']);
  });

  it('by nobody who could sleep: not every two minutes, and not every hour of a quiet day', () => {
    for (const minute of ['12', '14', '16', '18', '19']) {
      const now = new Date(`2026-08-20T14:${minute}:00Z`);
      expect(decideLeftovers({ ...question, openCount: 1, now })).toEqual([]);
    }
    expect(decideLeftovers({ ...question, isBusySweep: false })).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bookings, decideBudget } from './decide-budget.ts';

const now = new Date('2026-01-31T12:00:00.000Z');
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000).toISOString();
const question = { uid: 'new', bytes: 40n, limitBytes: 100n, now };

describe('the budget of restore tests', () => {
  it.each<{ when: string; bookings: Bookings; decision: string }>([
    { when: 'nothing was tested', bookings: {}, decision: 'enter' },
    { when: 'there is just room', bookings: { a: { at: ago(1), bytes: '60' } }, decision: 'enter' },
    { when: 'a byte is missing', bookings: { a: { at: ago(1), bytes: '61' } }, decision: 'refuse' },
    { when: 'what was read is a day ago', bookings: { a: { at: ago(24), bytes: '61' } }, decision: 'enter' },
    { when: 'it is booked already', bookings: { new: { at: ago(1), bytes: '100' } }, decision: 'held' },
    { when: 'it was booked by a clock a day ahead', bookings: { a: { at: ago(-24), bytes: '99' } }, decision: 'enter' },
    {
      when: 'it was booked by a clock a little ahead',
      bookings: { a: { at: ago(-1), bytes: '99' } },
      decision: 'refuse',
    },
  ])('$decision: $when', ({ bookings, decision }) => {
    expect(decideBudget({ ...question, bookings }).decision).toBe(decision);
  });

  it('says when there is room', () => {
    const bookings = { a: { at: ago(3), bytes: '10' }, b: { at: ago(2), bytes: '50' }, c: { at: ago(1), bytes: '40' } };
    expect(decideBudget({ ...question, bookings })).toMatchObject({
      waitsFor: expect.stringMatching(/100 of 100 bytes .* by 3 tests, .* takes 40; .* at 2026-02-01T10:00:00.000Z/),
    });
  });

  it('forgets what is older than a day, and is bounded', () => {
    const old = Object.fromEntries(
      Array.from({ length: 50 }, (_none, at) => [`old-${at}`, { at: ago(30), bytes: '1' }]),
    );
    expect(decideBudget({ ...question, bookings: old })).toMatchObject({ bookings: { new: { bytes: '40' } } });
    const many = Object.fromEntries(
      Array.from({ length: 2000 }, (_none, at) => [`m-${at}`, { at: ago(2), bytes: '0' }]),
    );
    expect(decideBudget({ ...question, bookings: many }).decision).toBe('refuse');
  });

  it('never lets more be read in 24 hours than is allowed, in whatever order tests ask', () => {
    const ask = fc.record({
      uid: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      hours: fc.nat(30),
      bytes: fc.bigInt(0n, 100n),
    });
    fc.assert(
      fc.property(fc.array(ask, { maxLength: 20 }), (asks) => {
        let bookings: Bookings = {};
        let at = now.getTime();
        const entered = new Map<string, { at: number; bytes: bigint }>();
        for (const { uid, hours, bytes } of asks) {
          at += hours * 3_600_000;
          const told = decideBudget({ bookings, uid, bytes, limitBytes: 100n, now: new Date(at) });
          if (told.decision !== 'enter') continue;
          ({ bookings } = told);
          entered.set(`${uid} ${at}`, { at, bytes });
          const recent = [...entered.values()].filter((one) => at - one.at < 86_400_000);
          expect(recent.reduce((sum, one) => sum + one.bytes, 0n)).toBeLessThanOrEqual(100n);
        }
      }),
    );
  });
});

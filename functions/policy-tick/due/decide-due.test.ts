import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideDue, momentOf, type ClaimHistory, type Timing } from './decide-due.ts';
import { opensAt } from './window.ts';
import { lastDueAt } from './instants.ts';
import { pingScheduleOf } from './ping-schedule.ts';

const daily: Timing = { schedule: '0 2 * * *', timeZone: 'UTC', catchUp: 'once', isSuspended: false };
const since = new Date('2026-01-01T00:00:00Z');
const decide = (timing: Timing, now: string, history: Partial<ClaimHistory> = {}) =>
  decideDue(timing, momentOf(timing, new Date(now)), { since, ...history });
const at = (text: string): Date => new Date(text);

describe('a claim', () => {
  it.each([
    ['at its instant', daily, '2026-05-02T02:00:00Z', {}, '2026-05-02T02:00:00.000Z'],
    [
      'after a missed ping',
      daily,
      '2026-05-02T09:00:00Z',
      { askedFor: at('2026-05-01T02:00:00Z') },
      '2026-05-02T02:00:00.000Z',
    ],
    [
      'after three missed instants, for the last one',
      daily,
      '2026-05-05T09:00:00Z',
      { askedFor: at('2026-05-02T02:00:00Z') },
      '2026-05-05T02:00:00.000Z',
    ],
    [
      'whose point is older than the instant',
      daily,
      '2026-05-02T02:30:00Z',
      { dataAsOf: at('2026-05-02T01:59:00Z') },
      '2026-05-02T02:00:00.000Z',
    ],
    [
      'whose point is from the future',
      daily,
      '2026-05-02T02:30:00Z',
      { dataAsOf: at('2027-01-01T00:00:00Z') },
      '2026-05-02T02:00:00.000Z',
    ],
    [
      'that was asked for by a clock a year ahead',
      daily,
      '2026-05-02T02:30:00Z',
      { askedFor: at('2027-05-02T02:00:00Z') },
      '2026-05-02T02:00:00.000Z',
    ],
  ])('%s is due', (_title, timing, now, history, expected) => {
    const due = decide(timing, now, history);
    expect(due.isDue && due.at.toISOString()).toBe(expected);
  });

  it.each([
    ['asked for already', daily, '2026-05-02T02:00:05Z', { askedFor: at('2026-05-02T02:00:00Z') }, 'fresh'],
    [
      'with a younger point of anybody',
      daily,
      '2026-05-02T03:00:00Z',
      { dataAsOf: at('2026-05-02T02:10:00Z') },
      'fresh',
    ],
    [
      'made after the last instant',
      daily,
      '2026-05-02T03:00:00Z',
      { since: at('2026-05-02T02:30:00Z') },
      'first_instant_to_come',
    ],
    ['of a suspended policy', { ...daily, isSuspended: true }, '2026-05-02T02:00:00Z', {}, 'suspended'],
    [
      'late beyond its deadline',
      { ...daily, startingDeadlineMs: 600_000 },
      '2026-05-02T02:11:00Z',
      {},
      'deadline_passed',
    ],
    [
      'missed, without catching up',
      { ...daily, catchUp: 'none' as const },
      '2026-05-02T04:00:00Z',
      {},
      'missed_and_passed',
    ],
  ])('%s is not due', (_title, timing, now, history, why) => {
    expect(decide(timing, now, history)).toMatchObject({ isDue: false, why });
  });

  it('waits for its window', () => {
    const window = { fromMinute: 22 * 60, toMinute: 5 * 60, days: new Set([0, 1, 2, 3, 4, 5, 6]) };
    const timing = { ...daily, schedule: '0 18 * * *', window, timeZone: 'Europe/Berlin' };
    expect(decide(timing, '2026-05-02T16:30:00Z')).toMatchObject({
      why: 'outside_window',
      next: at('2026-05-02T20:00:00Z'),
    });
    expect(decide(timing, '2026-05-02T20:00:00Z')).toMatchObject({ isDue: true, at: at('2026-05-02T16:00:00Z') });
    expect(opensAt({ ...window, days: new Set([6]) }, 'UTC', at('2026-05-03T04:59:00Z'))).toBeUndefined();
    expect(opensAt({ ...window, days: new Set([6]) }, 'UTC', at('2026-05-03T05:00:00Z'))).toEqual(
      at('2026-05-09T22:00:00Z'),
    );
  });
});

describe('the schedule of the ping', () => {
  it.each([
    ['30 2 * * *', 0, '30 2 * * *'],
    ['30 2 * * *', 45, '15 3 * * *'],
    ['30 23 * * *', 45, '15 0 * * *'],
    ['30 23 * * 1', 45, undefined],
    ['0,30 * * * *', 20, '20,50 * * * *'],
    ['0,30 2 * * *', 45, undefined],
    ['0 8-10 * * 1-5', 10, '10 8,9,10 * * 1-5'],
  ])('of %s, moved by %i minutes, is %s', (schedule, minutes, expected) => {
    expect(pingScheduleOf({ schedule, timeZone: 'UTC', jitterMs: minutes * 60_000 })).toBe(expected);
  });
});

describe('ticks', () => {
  const zones = ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Cairo', 'America/Santiago', 'Asia/Kathmandu'];
  const schedules = ['0 2 * * *', '*/30 * * * *', '30 1,2 * * *', '0 */3 * * *', '15 0 * * 0'];
  const start = at('2026-03-27T00:00:00Z').getTime();
  const spanMinutes = 9 * 24 * 60;

  /** The due instants that a series of ticks asks for. */
  function play(timing: Timing, ticks: readonly number[]): string[] {
    const asked: string[] = [];
    let askedFor: Date | undefined;
    for (const tick of ticks) {
      const now = new Date(start + tick * 60_000);
      const moment = momentOf(timing, now);
      const due = decideDue(timing, moment, { since: new Date(start), askedFor });
      if (!due.isDue) continue;
      asked.push(due.at.toISOString());
      askedFor = due.at;
      // Deciding again after acting yields nothing.
      expect(decideDue(timing, moment, { since: new Date(start), askedFor }).isDue).toBe(false);
    }
    return asked;
  }

  it('at any instants ask for the last due instant before each tick, once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...schedules),
        fc.integer({ min: 0, max: 90 }),
        fc.array(fc.integer({ min: 0, max: spanMinutes }), { maxLength: 60 }),
        (timeZone, schedule, jitter, instants) => {
          const timing: Timing = { schedule, timeZone, jitterMs: jitter * 60_000, catchUp: 'once', isSuspended: false };
          const ticks = instants.toSorted((a, b) => a - b);
          const expected = [
            ...new Set(
              ticks.flatMap((tick) => {
                const last = lastDueAt(timing, new Date(start + tick * 60_000));
                return last === undefined || last.getTime() < start ? [] : [last.toISOString()];
              }),
            ),
          ];
          expect(play(timing, ticks)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);

  it.each(zones)(
    'every five minutes ask for every instant of four days, in %s',
    (timeZone) => {
      const timing: Timing = { schedule: '30 1,2 * * *', timeZone, catchUp: 'once', isSuspended: false };
      const each = play(
        timing,
        Array.from({ length: 4 * 24 * 12 }, (_, five) => five * 5),
      );
      const sparse = play(
        timing,
        Array.from({ length: 4 * 24 * 3 }, (_, twenty) => twenty * 20 + 17),
      );
      expect(sparse).toEqual(each);
      expect(each.length).toBeGreaterThanOrEqual(7);
    },
    30_000,
  );
});

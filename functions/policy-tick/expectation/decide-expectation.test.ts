import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expectationGraceMs,
  expectationOf,
  missedSince,
  type Objective,
  type ObjectiveClock,
  transitionOf,
} from './decide-expectation.ts';

const hourMs = 3_600_000;
const at = (text: string) => new Date(text);

/** Due each so many hours, from the epoch; open all the time, or from an hour of the day on. */
function clockOf(everyHours: number, opensAtHour?: number): ObjectiveClock {
  const step = everyHours * hourMs;
  return {
    lastDueAt: (when) => new Date(Math.floor(when.getTime() / step) * step),
    nextDueAt: (after) => new Date((Math.floor(after.getTime() / step) + 1) * step),
    opensAt(when) {
      if (opensAtHour === undefined || when.getUTCHours() >= opensAtHour) return undefined;
      const opening = new Date(when);
      opening.setUTCHours(opensAtHour, 0, 0, 0);
      return opening;
    },
  };
}

const daily: Objective = { rpoMs: undefined, clock: clockOf(24) };
const since = at('2026-01-01T12:00:00Z');
const missed = (objective: Objective, now: string, dataAsOf?: string, claimSince = since) =>
  missedSince(expectationOf(objective, at(now)), {
    since: claimSince,
    dataAsOf: dataAsOf === undefined ? undefined : at(dataAsOf),
  })?.toISOString();

describe('the objective of a schedule', () => {
  it.each([
    ['2026-05-02T01:59:00Z', '2026-05-01T00:05:00Z', undefined],
    ['2026-05-02T02:00:00Z', '2026-05-01T00:05:00Z', '2026-05-02T02:00:00.000Z'],
    ['2026-05-05T12:00:00Z', '2026-05-01T00:05:00Z', '2026-05-02T02:00:00.000Z'],
    ['2026-05-05T12:00:00Z', '2026-05-05T00:00:00Z', undefined],
    // A point of yesterday evening is no backup of tonight.
    ['2026-05-02T03:00:00Z', '2026-05-01T23:59:00Z', '2026-05-02T02:00:00.000Z'],
    // No point at all: since the first due time of the claim.
    ['2026-05-02T03:00:00Z', undefined, '2026-01-02T02:00:00.000Z'],
    // A point from the future says nothing.
    ['2026-05-02T03:00:00Z', '2027-01-01T00:00:00Z', '2026-01-02T02:00:00.000Z'],
  ])('at %s with data of %s: missed since %s', (now, dataAsOf, expected) => {
    expect(missed(daily, now, dataAsOf)).toBe(expected);
  });

  it('is not missed by a claim that is younger than the due time', () => {
    expect(missed(daily, '2026-05-02T09:00:00Z', undefined, at('2026-05-02T00:30:00Z'))).toBeUndefined();
    expect(missed(daily, '2026-05-03T02:00:00Z', undefined, at('2026-05-02T00:30:00Z'))).toBe(
      '2026-05-03T02:00:00.000Z',
    );
  });

  it('counts from the opening of the window', () => {
    const evening: Objective = { rpoMs: undefined, clock: clockOf(24, 22) };
    expect(missed(evening, '2026-05-02T23:59:00Z', '2026-05-01T22:10:00Z')).toBeUndefined();
    expect(missed(evening, '2026-05-03T00:00:00Z', '2026-05-01T22:10:00Z')).toBe('2026-05-03T00:00:00.000Z');
  });
});

describe('the objective of an age', () => {
  const rpo: Objective = { rpoMs: 26 * hourMs, clock: clockOf(24) };

  it.each([
    ['2026-05-02T02:00:00Z', '2026-05-01T00:00:01Z', undefined],
    ['2026-05-02T02:00:00Z', '2026-05-01T00:00:00Z', '2026-05-02T02:00:00.000Z'],
    ['2026-05-09T02:00:00Z', '2026-05-01T00:00:00Z', '2026-05-02T02:00:00.000Z'],
  ])('at %s with data of %s: missed since %s', (now, dataAsOf, expected) => {
    expect(missed(rpo, now, dataAsOf)).toBe(expected);
  });

  it('of a claim without a point begins when its first backup could have been there', () => {
    const weekly: Objective = { rpoMs: 26 * hourMs, clock: clockOf(24 * 7) };
    const young = at('2026-05-01T12:00:00Z');
    const first =
      clockOf(24 * 7)
        .nextDueAt(young)
        ?.getTime() ?? 0;
    const deadline = new Date(first + expectationGraceMs);
    expect(missed(weekly, new Date(deadline.getTime() - 1).toISOString(), undefined, young)).toBeUndefined();
    expect(missed(weekly, deadline.toISOString(), undefined, young)).toBe(deadline.toISOString());
    expect(missed({ ...weekly, clock: undefined }, '2026-05-02T14:00:00Z', undefined, young)).toBe(
      '2026-05-02T14:00:00.000Z',
    );
  });
});

describe('a history of points and looks', () => {
  it('tells each miss once, each recovery once, and however often it looks', () => {
    const objectives = fc.constantFrom<Objective>(
      daily,
      { rpoMs: 30 * hourMs, clock: clockOf(24) },
      { rpoMs: undefined, clock: clockOf(6, 4) },
    );
    const points = fc.array(fc.nat(20 * 24), { maxLength: 12 });
    const looks = fc.array(fc.nat(20 * 24 * 2), { maxLength: 60 });
    const start = at('2026-05-01T00:00:00Z').getTime();
    fc.assert(
      fc.property(objectives, points, looks, (objective, made, looked) => {
        let recorded: string | undefined;
        const told: string[] = [];
        for (const halfHours of looked.toSorted((a, b) => a - b)) {
          const now = new Date(start + (halfHours * hourMs) / 2);
          const instants = made.map((hours) => start + hours * hourMs).filter((instant) => instant <= now.getTime());
          const dataAsOf = instants.length === 0 ? undefined : new Date(Math.max(...instants));
          const look = () =>
            missedSince(expectationOf(objective, now), { since: new Date(start), dataAsOf })?.toISOString();
          const decided = look();
          const transition = transitionOf(recorded, decided);
          if (transition !== undefined) told.push(transition.event);
          recorded = decided;
          // Again after it was recorded: nothing.
          expect(transitionOf(recorded, look())).toBeUndefined();
        }
        expect(told.every((event, index) => event === (index % 2 === 0 ? 'missed' : 'recovered'))).toBe(true);
      }),
    );
  });
});

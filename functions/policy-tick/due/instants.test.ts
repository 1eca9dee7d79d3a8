/** Against an oracle that knows nothing of croner: it walks over every minute and asks Intl what the clock shows. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localTimeOf } from '../clock/local-time.ts';
import { noteDue } from './daylight.ts';
import { lastDueAt, nextDueAt } from './instants.ts';

const minuteMs = 60_000;

const fieldValues = (field: string, min: number, max: number): Set<number> => {
  const values = new Set<number>();
  for (const item of field.split(',')) {
    const [range = '', step = '1'] = item.split('/');
    const [from = min, to = from] = range === '*' ? [min, max] : range.split('-').map(Number);
    for (let value = from; value <= to; value += Number(step)) values.add(value);
  }
  return values;
};

interface Shown {
  readonly at: number;
  readonly date: string;
  readonly minuteOfDay: number;
  readonly weekday: number;
  readonly dayOfMonth: number;
  readonly month: number;
}

const shownCache = new Map<string, Shown[]>();

function shownIn(timeZone: string, from: string, to: string): Shown[] {
  const key = `${timeZone} ${from} ${to}`;
  let shown = shownCache.get(key);
  if (shown === undefined) {
    shown = [];
    for (let at = Date.parse(from); at < Date.parse(to); at += minuteMs) {
      const { year, month, day, hour, minute } = localTimeOf(new Date(at), timeZone);
      const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
      shown.push({
        at,
        date: `${year}-${month}-${day}`,
        minuteOfDay: hour * 60 + minute,
        weekday,
        dayOfMonth: day,
        month,
      });
    }
    shownCache.set(key, shown);
  }
  return shown;
}

/** The rule in words: times of day once each, at the first showing or at the end of the gap; intervals at each showing. */
function oracle(schedule: string, timeZone: string, from: string, to: string): string[] {
  const [minute = '', hour = '', dom = '', month = '', dow = ''] = schedule.split(' ');
  const minutes = fieldValues(minute, 0, 59);
  const hours = fieldValues(hour, 0, 23);
  const months = fieldValues(month, 1, 12);
  const isDay = ({ dayOfMonth, weekday, month: shownMonth }: Shown): boolean => {
    const byDate = fieldValues(dom, 1, 31).has(dayOfMonth);
    const byWeekday = fieldValues(dow, 0, 6).has(weekday);
    const either = dom !== '*' && dow !== '*' ? byDate || byWeekday : byDate && byWeekday;
    return either && months.has(shownMonth);
  };
  const isTime = (at: number): boolean => minutes.has(at % 60) && hours.has(Math.floor(at / 60));
  const shown = shownIn(timeZone, from, to);
  const found: number[] = [];
  const done = new Set<string>();
  for (const [index, now] of shown.entries()) {
    if (hour.startsWith('*')) {
      if (isDay(now) && isTime(now.minuteOfDay)) found.push(now.at);
      continue;
    }
    const before = shown[index - 1];
    // Every minute of the clock since the last one that was shown, skipped ones too.
    const isGap =
      before !== undefined &&
      (now.minuteOfDay - before.minuteOfDay + 1440) % 1440 > 1 &&
      (now.minuteOfDay - before.minuteOfDay + 1440) % 1440 < 720;
    const skipped = isGap ? (now.minuteOfDay - before.minuteOfDay - 1 + 1440) % 1440 : 0;
    for (let back = skipped; back >= 0; back -= 1) {
      const minuteOfDay = (now.minuteOfDay - back + 1440) % 1440;
      // A skipped minute before midnight is of the day before.
      const day = minuteOfDay > now.minuteOfDay ? before : now;
      if (day === undefined || !isDay(day) || !isTime(minuteOfDay)) continue;
      const key = `${day.date} ${minuteOfDay}`;
      if (done.has(key)) continue;
      done.add(key);
      if (found.at(-1) !== now.at) found.push(now.at);
    }
  }
  return found.map((at) => new Date(at).toISOString().slice(0, 16));
}

function listDue(schedule: string, timeZone: string, from: string, to: string): string[] {
  const found: string[] = [];
  let at = nextDueAt({ schedule, timeZone }, new Date(Date.parse(from) - 1));
  while (at !== undefined && at < new Date(to)) {
    found.push(at.toISOString().slice(0, 16));
    at = nextDueAt({ schedule, timeZone }, at);
  }
  return found;
}

/** Days on which the clock changes, gap and overlap. */
const zones: Readonly<Record<string, readonly [from: string, to: string][]>> = {
  UTC: [['2026-03-28T00:00Z', '2026-03-31T00:00Z']],
  'Europe/Berlin': [
    ['2026-03-28T00:00Z', '2026-03-30T12:00Z'],
    ['2026-10-24T00:00Z', '2026-10-26T12:00Z'],
  ],
  'Australia/Lord_Howe': [
    ['2026-04-03T12:00Z', '2026-04-06T00:00Z'],
    ['2026-10-02T12:00Z', '2026-10-05T00:00Z'],
  ],
  'Africa/Cairo': [
    ['2026-04-23T00:00Z', '2026-04-25T12:00Z'],
    ['2026-10-29T00:00Z', '2026-10-31T12:00Z'],
  ],
  'America/Santiago': [
    ['2026-04-04T00:00Z', '2026-04-06T12:00Z'],
    ['2026-09-05T00:00Z', '2026-09-07T12:00Z'],
  ],
  'Asia/Beirut': [
    ['2026-03-28T00:00Z', '2026-03-30T12:00Z'],
    ['2026-10-24T00:00Z', '2026-10-26T12:00Z'],
  ],
  'America/New_York': [
    ['2026-03-07T00:00Z', '2026-03-09T12:00Z'],
    ['2026-10-31T00:00Z', '2026-11-02T12:00Z'],
  ],
  'Asia/Kathmandu': [['2026-05-01T00:00Z', '2026-05-03T00:00Z']],
};

describe('the instants of a schedule', () => {
  it.each([
    ['30 2 * * *', 'Europe/Berlin', 0, ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30']],
    ['30 2 * * *', 'Europe/Berlin', 1, ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30']],
    [
      '0 0,2 * * *',
      'Europe/Berlin',
      0,
      ['2026-03-28T01:00', '2026-03-28T23:00', '2026-03-29T01:00', '2026-03-29T22:00', '2026-03-30T00:00'],
    ],
    ['15 2 * * *', 'Australia/Lord_Howe', 1, ['2026-10-02T15:45', '2026-10-03T15:30', '2026-10-04T15:15']],
    ['45 1 * * *', 'Australia/Lord_Howe', 0, ['2026-04-03T14:45', '2026-04-04T14:45', '2026-04-05T15:15']],
    ['0 0 * * *', 'America/Santiago', 1, ['2026-09-05T04:00', '2026-09-06T04:00', '2026-09-07T03:00']],
    ['0 0 * * *', 'Asia/Beirut', 0, ['2026-03-28T22:00', '2026-03-29T21:00']],
    ['30 0 * * *', 'Africa/Cairo', 0, ['2026-04-23T22:00', '2026-04-24T21:30']],
  ] as const)('%s in %s, change %i', (schedule, timeZone, index, expected) => {
    const [from = '', to = ''] = zones[timeZone]?.[index] ?? [];
    expect(listDue(schedule, timeZone, from, to)).toEqual(expected);
    expect(oracle(schedule, timeZone, from, to)).toEqual(expected);
  });

  const minuteField = fc.constantFrom('0', '30', '15', '59', '*/15', '0,30', '10-20/5', '7', '*/20');
  const hourField = fc.constantFrom('*', '*/2', '*/3', '0', '1', '2', '3', '0-4', '1,2', '0,2,4', '23', '2-3', '22,0');
  const dayField = fc.constantFrom('*', '*', '*', '1-28', '24,25,29', '*/2');
  const weekdayField = fc.constantFrom('*', '*', '*', '0', '1-5', '6,0');

  it.each(Object.keys(zones))(
    'are those of the oracle, both ways, in %s',
    (timeZone) => {
      fc.assert(
        fc.property(minuteField, hourField, dayField, weekdayField, (minute, hour, day, weekday) => {
          const schedule = `${minute} ${hour} ${day} * ${weekday}`;
          for (const [from, to] of zones[timeZone] ?? []) {
            const expected = oracle(schedule, timeZone, from, to);
            // The first minutes of the range may be the end of what began before it.
            expect(listDue(schedule, timeZone, from, to), `${schedule} from ${from}`).toEqual(expected);
            for (const [index, at] of expected.entries()) {
              const exact = new Date(`${at}Z`);
              expect(lastDueAt({ schedule, timeZone }, exact)?.toISOString().slice(0, 16)).toBe(at);
              if (index > 0) {
                const before = lastDueAt({ schedule, timeZone }, new Date(exact.getTime() - 1));
                expect(before?.toISOString().slice(0, 16)).toBe(expected[index - 1]);
              }
            }
          }
        }),
        { numRuns: 25 },
      );
    },
    60_000,
  );
});

describe('what PingSource does on the days the clock changes', () => {
  it.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-03-29T01:00:00Z', { clock: 'moved', isAnnounced: false }],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z', { clock: 'repeats', isAnnounced: true }],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-26T01:30:00Z', { isAnnounced: true }],
    ['0 * * * *', 'Europe/Berlin', '2026-10-25T01:00:00Z', { isAnnounced: true }],
    ['30 0 * * *', 'Africa/Cairo', '2026-04-23T22:00:00Z', { clock: 'moved', isAnnounced: false }],
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T15:30:00Z', { clock: 'moved', isAnnounced: false }],
  ] as const)('%s in %s at %s', (schedule, timeZone, at, expected) => {
    expect(noteDue({ schedule, timeZone }, new Date(at))).toEqual(expected);
  });
});

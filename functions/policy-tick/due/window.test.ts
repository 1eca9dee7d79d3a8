import { describe, expect, it } from 'vitest';
import { openMsBetween, type Window } from './window.ts';

const hourMs = 3_600_000;
const all = new Set([0, 1, 2, 3, 4, 5, 6]);
const night: Window = { fromMinute: 22 * 60, toMinute: 4 * 60, days: all };
const hours = (window: Window, from: string, to: string, zone = 'UTC') =>
  openMsBetween(window, zone, new Date(from), new Date(to)) / hourMs;

describe('a window', () => {
  it.each([
    ['of the night, over a day', night, '2026-05-01T12:00Z', '2026-05-02T12:00Z', 6],
    ['that is open already at the beginning', night, '2026-05-01T02:00Z', '2026-05-01T12:00Z', 2],
    ['that is still open at the end', night, '2026-05-01T12:00Z', '2026-05-01T23:00Z', 1],
    ['of the day', { ...night, fromMinute: 60, toMinute: 120 }, '2026-05-01T00:00Z', '2026-05-03T00:00Z', 2],
    // 1 May 2026 is a Friday.
    ['of some days', { ...night, days: new Set([5]) }, '2026-05-01T00:00Z', '2026-05-08T00:00Z', 6],
    ['that is closed all the time', { ...night, days: new Set([1]) }, '2026-05-01T00:00Z', '2026-05-03T00:00Z', 0],
  ])('%s is open for so many hours', (_what, window, from, to, open) => {
    expect(hours(window, from, to)).toBe(open);
  });

  it('is an hour shorter in the night in which the clock skips an hour', () => {
    expect(hours(night, '2026-03-28T12:00Z', '2026-03-29T12:00Z', 'Europe/Berlin')).toBe(5);
    expect(hours(night, '2026-10-24T12:00Z', '2026-10-25T12:00Z', 'Europe/Berlin')).toBe(7);
  });
});

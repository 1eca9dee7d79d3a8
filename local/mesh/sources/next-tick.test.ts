import { describe, expect, it } from 'vitest';
import { findNextTick, findScheduleFault } from './next-tick.ts';

describe('the next tick', () => {
  it.each([
    ['*/5 * * * *', undefined, '2026-11-21T01:57:00.5Z', '2026-11-21T02:00:00.000Z'],
    ['*/5 * * * *', undefined, '2026-11-21T02:00:00Z', '2026-11-21T02:05:00.000Z'],
    ['30 * * * * *', undefined, '2026-11-21T01:57:00Z', '2026-11-21T01:57:30.000Z'],
    ['0 2 * * *', 'Europe/Stockholm', '2026-11-21T00:30:00Z', '2026-11-21T01:00:00.000Z'],
    ['0 2 ? * MON', undefined, '2026-11-21T00:30:00Z', '2026-11-23T02:00:00.000Z'],
    ['@hourly', undefined, '2026-11-21T00:30:00Z', '2026-11-21T01:00:00.000Z'],
    ['0 0 29 2 *', undefined, '2026-11-21T00:30:00Z', '2028-02-29T00:00:00.000Z'],
  ])('of "%s" in %s after %s is %s', (schedule, timezone, after, tick) => {
    expect(findNextTick(schedule, timezone, new Date(after))?.toISOString()).toBe(tick);
  });

  it.each([
    '@every 5m',
    '* * * *',
    '* * * * * * *',
    '0 0 L * *',
    '0 0 15W * *',
    '0 0 * * 1#2',
    'nonsense',
    '61 * * * *',
  ])('does not exist for "%s", which Knative would refuse', (schedule) => {
    expect(findScheduleFault(schedule, undefined)).toBeTypeOf('string');
  });
});

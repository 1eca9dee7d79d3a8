import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RetentionRule } from '../policy/retention-rule.ts';
import { decideRetention, type RetentionInput, type RetentionPoint } from './decide-retention.ts';

const now = new Date('2026-08-01T12:00:00Z');
const dayMs = 86_400_000;

function point(at: string | Date, traits: Partial<RetentionPoint> = {}): RetentionPoint {
  const instant = new Date(at);
  return {
    id: instant.toISOString(),
    at: instant,
    isOwn: true,
    isRestorable: true,
    isVerified: false,
    isRefuted: false,
    isHeld: false,
    ...traits,
  };
}

const decide = (
  points: readonly RetentionPoint[],
  rule: RetentionRule | undefined,
  more: Partial<RetentionInput> = {},
) => decideRetention({ points, rule, timeZone: 'UTC', now, ...more });
const kept = (decision: ReturnType<typeof decide>) => decision.keep.map(({ id }) => id.slice(0, 10));

describe('what is kept', () => {
  const five = [
    '2026-03-01T01:00:00Z',
    '2026-03-01T09:00:00Z',
    '2026-03-02T01:00:00Z',
    '2026-03-02T09:00:00Z',
    '2026-03-03T01:00:00Z',
  ];

  it.each([
    [{ keepDaily: 3 }, 3],
    // As restic: a count that is left over keeps the oldest point.
    [{ keepDaily: 4 }, 4],
    [{ keepDaily: 7 }, 4],
    [{ keepMonthly: 1 }, 1],
    [{ keepMonthly: 2 }, 2],
    [{ keepLast: 2 }, 2],
    [{ keepLast: 9 }, 5],
    [{}, 5],
    [undefined, 5],
  ] as const)('of five points of three days by %j: %i', (rule, count) => {
    expect(
      decide(
        five.map((at) => point(at)),
        rule,
      ).keep,
    ).toHaveLength(count);
  });

  it('says why, for each point', () => {
    const { keep, expired } = decide(
      five.map((at) => point(at)),
      { keepDaily: 4, keepLast: 1 },
    );
    expect(
      keep.map(({ why }) => why.map((reason) => ('rule' in reason ? `${reason.code} ${reason.rule}` : reason.code))),
    ).toEqual([['last', 'daily', 'newest'], ['daily'], ['daily'], ['oldest daily']]);
    expect(expired.map(({ id }) => id)).toEqual(['2026-03-02T01:00:00.000Z']);
  });

  it('counts days of the time zone', () => {
    const points = [point('2026-03-01T22:30:00Z'), point('2026-03-01T23:30:00Z'), point('2026-03-02T10:00:00Z')];
    expect(decide(points, { keepDaily: 2 }).keep.map(({ id }) => id.slice(5, 16))).toEqual([
      '03-02T10:00',
      '03-01T23:30',
    ]);
    expect(
      decide(points, { keepDaily: 2 }, { timeZone: 'Europe/Berlin' }).keep.map(({ id }) => id.slice(5, 16)),
    ).toEqual(['03-02T10:00', '03-01T22:30']);
  });

  it.each([
    ['the newest', point('2026-07-30T00:00:00Z'), 'newest'],
    ['the last verified', point('2026-01-01T00:00:00Z', { isVerified: true }), 'last_verified'],
    ['a held one', point('2026-01-01T00:00:00Z', { isHeld: true }), 'held'],
    ['one of another maker', point('2026-01-01T00:00:00Z', { isOwn: false }), 'not_own'],
    ['one from the future', point('2027-01-01T00:00:00Z'), 'from_the_future'],
    ['one that is being made', point('2026-07-31T00:00:00Z', { isRestorable: false }), 'not_restorable'],
  ])('%s is never deleted', (_title, special, code) => {
    const others = ['2026-06-01', '2026-06-02', '2026-06-03'].map((at) => point(at));
    const { keep } = decide([...others, special], { keepLast: 1, keepWithinMs: 1 });
    expect(keep.find(({ id }) => id === special.id)?.why.map((reason) => reason.code)).toContain(code);
  });

  it('a point from the future makes no other go', () => {
    const points = [point('2027-01-01'), point('2026-07-01'), point('2026-06-01')];
    expect(kept(decide(points, { keepLast: 1 }))).toEqual(['2027-01-01', '2026-07-01']);
    expect(kept(decide(points, { keepWithinMs: 40 * dayMs }))).toEqual(['2027-01-01', '2026-07-01', '2026-06-01']);
  });

  it('a refuted point fills no bucket, and goes', () => {
    const points = [point('2026-07-03'), point('2026-07-02', { isRefuted: true }), point('2026-07-01')];
    const { keep, expired } = decide(points, { keepLast: 2 });
    expect(keep.map(({ id }) => id.slice(0, 10))).toEqual(['2026-07-03', '2026-07-01']);
    expect(expired).toMatchObject([{ isRefuted: true }]);
  });

  it('a refuted point stays while it is the newest: no other holds that data', () => {
    const points = [point('2026-07-03', { isRefuted: true }), point('2026-07-02'), point('2026-07-01')];
    const { keep } = decide(points, { keepLast: 1 });
    expect(keep.map(({ id }) => id.slice(0, 10))).toEqual(['2026-07-03', '2026-07-02']);
  });

  it('of refuted points alone the newest stays', () => {
    const points = ['2026-07-03', '2026-07-02'].map((at) => point(at, { isRefuted: true }));
    expect(kept(decide(points, { keepLast: 2 }))).toEqual(['2026-07-03']);
  });

  it('latest only: nothing goes before a newer point was verified', () => {
    const old = point('2026-07-01', { isVerified: true });
    const oldest = point('2026-06-01');
    expect(kept(decide([point('2026-07-03'), point('2026-07-02'), old, oldest], { latestOnly: true }))).toEqual([
      '2026-07-03',
      '2026-07-02',
      '2026-07-01',
    ]);
    expect(kept(decide([point('2026-07-03', { isVerified: true }), old, oldest], { latestOnly: true }))).toEqual([
      '2026-07-03',
    ]);
    expect(decide([point('2026-07-03'), oldest], { latestOnly: true }).expired).toEqual([]);
  });

  it('younger than minAge stays', () => {
    const points = ['2026-08-01T11:00:00Z', '2026-08-01T10:00:00Z', '2026-08-01T09:00:00Z'].map((at) => point(at));
    expect(
      decide(points, { keepLast: 1, minAgeMs: 2.5 * 3_600_000 }).expired.map(({ id }) => id.slice(11, 13)),
    ).toEqual(['09']);
  });
});

describe('what holds deletions back', () => {
  const points = Array.from({ length: 10 }, (_, index) => point(new Date(now.getTime() - index * dayMs)));

  it.each(['newest_attempt_failed', 'target_unavailable', 'shared_cluster_id', 'first_prune_unconfirmed'] as const)(
    '%s',
    (hindrance) => {
      expect(decide(points, { keepLast: 8 }, { hindrances: [hindrance] })).toMatchObject({
        heldBack: [hindrance],
        expired: [{}, {}],
      });
    },
  );

  it('more than the breaker allows, until it is confirmed', () => {
    expect(decide(points, { keepLast: 3 }, { breaker: 5 }).heldBack).toEqual(['breaker']);
    expect(decide(points, { keepLast: 5 }, { breaker: 5 }).heldBack).toEqual([]);
    expect(decide(points, { keepLast: 3 }, { breaker: 5, isConfirmed: true }).heldBack).toEqual([]);
  });
});

describe('for every set of points and every rule', () => {
  const zones = ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Cairo', 'America/Santiago', 'Asia/Kathmandu'];
  const anyPoint = fc
    .record({
      hours: fc.integer({ min: -50, max: 24 * 900 }),
      minutes: fc.integer({ min: 0, max: 59 }),
      isOwn: fc.boolean(),
      isRestorable: fc.boolean(),
      isVerified: fc.boolean(),
      isRefuted: fc.boolean(),
      isHeld: fc.boolean(),
    })
    .map(({ hours, minutes, ...traits }) =>
      point(new Date(now.getTime() - hours * 3_600_000 - minutes * 60_000), traits),
    );
  const points = fc.uniqueArray(anyPoint, { maxLength: 60, selector: ({ id }) => id });
  const count = fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined });
  const rule = fc
    .record({
      keepLast: count,
      keepHourly: count,
      keepDaily: count,
      keepWeekly: count,
      keepMonthly: count,
      keepYearly: count,
      keepWithinMs: fc.option(fc.integer({ min: 1, max: 400 * dayMs }), { nil: undefined }),
      latestOnly: fc.option(fc.boolean(), { nil: undefined }),
    })
    .map(
      (members) =>
        Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as RetentionRule,
    );

  it('neither the newest good point nor the last verified nor a held one expires, and deciding again deletes nothing', () => {
    fc.assert(
      fc.property(points, rule, fc.constantFrom(...zones), (all, wanted, timeZone) => {
        const { keep, expired } = decide(all, wanted, { timeZone });
        const gone = new Set(expired.map(({ id }) => id));
        const good = all
          .filter((one) => one.isOwn && one.isRestorable && !one.isRefuted && one.at <= now)
          .toSorted((a, b) => b.at.getTime() - a.at.getTime());
        const verified = good.find(({ isVerified }) => isVerified);
        const [newest] = all
          .filter((one) => one.isOwn && one.isRestorable && one.at <= now)
          .toSorted((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1));
        for (const precious of [newest, good[0], verified, ...all.filter(({ isHeld, isOwn }) => isHeld || !isOwn)]) {
          if (precious !== undefined) expect(gone.has(precious.id)).toBe(false);
        }
        expect(keep.length + expired.length).toBe(all.length);
        const left = all.filter(({ id }) => !gone.has(id));
        expect(decide(left, wanted, { timeZone }).expired).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

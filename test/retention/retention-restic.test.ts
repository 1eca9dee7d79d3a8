/**
 * Our retention held to `restic forget` on snapshots with the same instants, within one stored offset: the same points are kept. Decided differences
 * (ADR "retention counts as restic does") are not generated here: points from the future, refuted points, and clocks that change.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decideRetention } from '../../functions/policy-tick/retention/decide-retention.ts';
import type { RetentionRule } from '../../functions/policy-tick/policy/retention-rule.ts';
import { createRepository, hasRestic, type Repository } from './restic.ts';

const isRequired = process.env['REQUIRE_APISERVER'] === '1';
if (!hasRestic)
  console.warn('SKIPPED: no restic in .cache/servers (npm run servers): retention was not held to restic.');

const hourMs = 3_600_000;
const newest = Date.parse('2026-03-05T03:30:00Z');

/** Dense where days, weeks, months and years begin; several in one bucket, and gaps over many. */
const histories: Readonly<Record<string, readonly number[]>> = {
  hours: [0, 0.2, 1, 1.1, 2, 3, 3.3, 4, 10, 22, 27.6, 28, 46, 52, 75],
  days: [1, 20, 24, 49, 71, 72, 97, 121, 168, 169, 192, 400, 500, 501, 745],
  years: [5, 700, 1500, 2200, 3000, 9000, 9001, 10_200, 17_600, 26_500, 26_600, 35_000],
  one: [30],
};

const instantsOf = (hours: readonly number[]): Date[] =>
  hours.map((ago) => new Date(newest - Math.round(ago * hourMs)));

const flags = {
  keepLast: '--keep-last',
  keepHourly: '--keep-hourly',
  keepDaily: '--keep-daily',
  keepWeekly: '--keep-weekly',
  keepMonthly: '--keep-monthly',
  keepYearly: '--keep-yearly',
} as const;

const count = fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined, freq: 2 });
const rules = fc
  .record({
    keepLast: count,
    keepHourly: count,
    keepDaily: count,
    keepWeekly: count,
    keepMonthly: count,
    keepYearly: count,
    withinHours: fc.option(fc.integer({ min: 1, max: 900 }), { nil: undefined, freq: 1 }),
  })
  .filter((rule) => Object.values(rule).some((value) => value !== undefined));

describe.skipIf(!hasRestic && !isRequired).each(['UTC', 'Asia/Kathmandu'])('in %s', (timeZone) => {
  let repository: Repository;
  beforeAll(async () => {
    repository = await createRepository(timeZone);
    for (const [host, hours] of Object.entries(histories)) await repository.add(host, instantsOf(hours));
  });
  afterAll(() => repository?.remove());

  it('the same points are kept as by restic forget, for every generated rule', async () => {
    await fc.assert(
      fc.asyncProperty(rules, async ({ withinHours, ...counts }) => {
        const args = Object.entries(counts).flatMap(([name, value]) =>
          value === undefined ? [] : [flags[name as keyof typeof flags], String(value)],
        );
        const within = withinHours === undefined ? [] : ['--keep-within', `${withinHours}h`];
        const ofRestic = await repository.keep([...args, ...within]);
        const rule = {
          ...(Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined)) as RetentionRule),
          ...(withinHours === undefined ? {} : { keepWithinMs: withinHours * hourMs }),
        };
        for (const [host, hours] of Object.entries(histories)) {
          const points = instantsOf(hours).map((at) => ({
            id: at.toISOString(),
            at,
            isOwn: true,
            isRestorable: true,
            isVerified: false,
            isRefuted: false,
            isHeld: false,
          }));
          const { keep } = decideRetention({ points, rule, timeZone, now: new Date(newest + hourMs) });
          // Our retention keeps the newest point under every rule, and so does restic.
          expect(
            keep.map(({ id }) => id),
            `${host} by ${JSON.stringify(rule)}`,
          ).toEqual(ofRestic.get(host));
        }
      }),
      { numRuns: 20, seed: 20_261_128 },
    );
  }, 240_000);
});

import { describe, expect, it } from 'vitest';
import { whyNoSchedule } from '@soteria/shared/policy/check-schedule.ts';
import { policySchema } from '@soteria/shared/policy/policy-schema.ts';
import { presetNames, presetSchedule } from '@soteria/shared/policy/presets.ts';
import { resolvePolicy } from './resolve-policy.ts';

const full = {
  id: 'nightly',
  namespaceSelector: { matchLabels: { tier: 'gold' } },
  labelSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['shop', 'mail'] }] },
  claims: ['shop/data', 'mail/*'],
  exclude: ['*/cache', 'shop/tmp-*'],
  driver: 'restic',
  repository: 'main',
  schedule: '30 2 * * *',
  timeZone: 'Europe/Berlin',
  jitter: '20m',
  catchUp: 'once',
  startingDeadlineSeconds: 3600,
  suspend: false,
  window: { from: '22:00', to: '06:00', days: ['Mon', 'Fri'] },
  retention: { keepLast: 1, keepDaily: 7, keepWithin: '2d', minAge: '1h', retainDeleted: '90d', breaker: 20 },
  rpo: '26h',
  verify: {
    every: '7d',
    schedule: '0 4 * * SUN',
    files: { minFiles: 1 },
    database: 'sqlite',
    command: { image: 'postgres:17', argv: ['pg_verifybackup', '/data'] },
    budget: '100Gi',
  },
  concurrency: 3,
  mode: 'full every 10',
  onUnchanged: 'skip',
};

const messages = (value: unknown) => {
  const parsed = policySchema.safeParse(value);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('a policy', () => {
  it('has all its fields under their names, and durations become milliseconds', () => {
    expect(messages(full)).toEqual([]);
    expect(resolvePolicy(policySchema.parse(full))).toMatchObject({
      schedule: '30 2 * * *',
      startingDeadlineMs: 3_600_000,
      window: { fromMinute: 1320, toMinute: 360, days: new Set([1, 5]) },
      retention: { keepLast: 1, keepDaily: 7, keepWithinMs: 172_800_000, minAgeMs: 3_600_000 },
      retainDeletedMs: 7_776_000_000,
      breakerPercent: 20,
      rpoMs: 93_600_000,
      verify: {
        everyMs: 604_800_000,
        budgetBytes: 107_374_182_400n,
        request: { minFiles: 1, database: 'sqlite', command: { image: 'postgres:17' } },
      },
      fullEvery: 10,
      isUnchangedSkipped: true,
    });
  });

  it('needs little: the rest has defaults', () => {
    const resolved = resolvePolicy(policySchema.parse({ id: 'a', preset: '@daily-random', namespaceSelector: {} }));
    expect(resolved).toMatchObject({ timeZone: 'UTC', catchUp: 'once', jitterMs: 0, breakerPercent: 50 });
    expect(resolved.retention).toBeUndefined();
    expect(resolved.schedule).toBe(presetSchedule('@daily-random', 'a'));
  });

  it.each([
    [{ id: 'A' }, /^id: must be a DNS label/],
    [{ schedule: '0 0 * *' }, /schedule: the schedule has 4 fields/],
    [{ schedule: 'nope' }, /schedule: the schedule has 1 field;/],
    [{ schedule: '* * * * *', preset: '@daily-random' }, /preset: excludes schedule/],
    [{ schedule: undefined }, /^: does nothing/],
    [{ timeZone: 'Europe/Berln' }, /timeZone: the time zone "Europe\/Berln" is no time zone/],
    [{ timeZone: 'europe/berlin' }, /is spelt Europe\/Berlin/],
    [{ timeZone: '+02:00' }, /must be a name/],
    [{ rpo: '26 hours' }, /rpo: must be a number of seconds or a duration/],
    [{ rpo: '0h' }, /longer than nothing/],
    [{ retention: { keepLast: 0 } }, /retention: keeps nothing/],
    [{ retention: { latestOnly: true, keepDaily: 3 } }, /retention.latestOnly: excludes/],
    [{ retention: { keepDayly: 3 } }, /keepDayly/],
    [{ claims: ['data'] }, /claims.0: must have the form namespace\/claim/],
    [{ labelSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }, /values: must name at least one/],
    [{ window: { from: '22:00', to: '22:00' } }, /window.to: must differ/],
    [{ driver: 'longhorn', repository: 'main' }, /repository: excludes the driver longhorn/],
    [{ mode: 'full' }, /mode: must be "incremental" or "full every N"/],
    [{ verify: { files: {} } }, /verify.every/],
  ])('with %j is refused', (members, expected) => {
    expect(messages({ id: 'a', schedule: '0 2 * * *', ...members }).join('\n')).toMatch(expected);
  });
});

describe('a schedule', () => {
  it.each([
    '* * * * *',
    '*/15 * * * *',
    '0 2,14 1-5 JAN-mar mon-FRI',
    '5-50/15 * * * *',
    '0 0 29 2 *',
    '0 0 31 2 1',
    '  0   3 * * 0 ',
  ])('"%s" is one', (text) => {
    expect(whyNoSchedule(text)).toBeUndefined();
  });

  it.each([
    ['@daily', /presets/],
    ['@every 5m', /presets/],
    ['0 24 * * *', /hour "24": must be from 0 to 23/],
    ['60 * * * *', /minute "60"/],
    ['H 3 * * *', /minute "H"/],
    ['5/15 * * * *', /5-59\/15/],
    ['*/0 * * * *', /step must be from 1 to 59/],
    ['*/99 * * * *', /step must be from 1 to 59/],
    ['0 0 * * 7', /must be from 0 to 6, or SUN to SAT/],
    ['0 0 * * FRI-MON', /ends before it begins/],
    ['0 0 L * *', /day of the month "L"/],
    ['0 0 * * MON#2', /day of the week/],
    ['0 0 1,, * *', /day of the month/],
    ['0 0 * * * *', /has 6 fields/],
    ['CRON_TZ=UTC 0 0 * * *', /has 6 fields/],
    ['0 0 31 2 *', /never comes due/],
    ['0 0 31 4,6,9,11 *', /never comes due/],
  ])('"%s" is none', (text, why) => {
    expect(whyNoSchedule(text)).toMatch(why);
  });
});

describe('a preset', () => {
  it.each(presetNames)('%s is the same schedule for the same policy, and spreads over policies', (preset) => {
    const schedules = Array.from({ length: 200 }, (_none, index) => presetSchedule(preset, `policy-${index}`));
    expect(schedules.map(whyNoSchedule).every((why) => why === undefined)).toBe(true);
    expect(new Set(schedules).size).toBeGreaterThan(preset === '@hourly-slot' ? 5 : 50);
    expect(presetSchedule(preset, 'policy-7')).toBe(schedules[7]);
  });

  it('stays what it is between versions', () => {
    expect(presetNames.map((preset) => presetSchedule(preset, 'nightly'))).toMatchInlineSnapshot(`
      [
        "59 * * * *",
        "40 * * * *",
        "25 18 * * *",
        "51 18 * * 1",
        "9 9 10 * *",
        "46 9 8 12 *",
      ]
    `);
  });

  it('jitter is whole minutes, at most what is allowed, and stable', () => {
    const jitters = Array.from(
      { length: 100 },
      (_none, index) =>
        resolvePolicy(policySchema.parse({ id: `p${index}`, schedule: '0 * * * *', jitter: '10m' })).jitterMs,
    );
    expect(jitters.every((ms) => ms % 60_000 === 0 && ms >= 0 && ms <= 600_000)).toBe(true);
    expect(new Set(jitters).size).toBe(11);
  });
});

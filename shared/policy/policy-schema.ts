/**
 * A policy: what is protected, how fresh it must be, what is kept, how it is proved. The one schema of both stores, of the HTTP contract and of
 * `docs/policies.md`. Names are Kubernetes' own where it has them, since policies live in Git.
 */
import { durationMs } from '../operation/kinds/duration.ts';
import { dnsLabel, durationText, storageQuantity } from '../operation/kinds/fields.ts';
import { verification } from '../operation/kinds/RestoreTest.ts';
import * as z from 'zod';
import { driver as names, policyDrivers } from '../operation/kinds/drivers.ts';
import { whyNoSchedule } from './check-schedule.ts';
import { labelSelector } from './label-selectors.ts';
import { presetNames } from './presets.ts';

const maxDurationMs = 100 * 366 * 86_400_000;

const duration = durationText.refine(
  (text) => durationMs(text) > 0 && durationMs(text) <= maxDurationMs,
  'must be longer than nothing and at most a hundred years',
);

const cron = z
  .string()
  .max(256)
  .superRefine((text, context) => {
    const why = whyNoSchedule(text);
    if (why !== undefined) context.addIssue({ code: 'custom', message: `the schedule ${why}` });
  });

/** Go, which PingSource runs on, knows no offsets and tells capitals apart. */
export function whyNoTimeZone(name: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name) || name === 'Local')
    return 'must be a name such as Europe/Berlin';
  if (rightNames.has(name)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    const isMisspelt = timeZone !== name && timeZone.toLowerCase() === name.toLowerCase();
    if (isMisspelt) return `is spelt ${timeZone}`;
    rightNames.add(name);
    return undefined;
  } catch {
    return 'is no time zone of the IANA database';
  }
}

/** Checking a name makes a formatter, which holds a hundred kilobytes: once for each of the few hundred zones. */
const rightNames = new Set<string>();

export const timeZone = z
  .string()
  .max(64)
  .superRefine((name, context) => {
    const why = whyNoTimeZone(name);
    if (why !== undefined) context.addIssue({ code: 'custom', message: `the time zone "${name}" ${why}` });
  });

/** `shop/data`, `shop/*`, `*` + `/cache-*`; the star stands for any characters of one name. */
const claimPattern = z
  .string()
  .max(317)
  .regex(
    /^[a-z0-9*]([-a-z0-9*]*[a-z0-9*])?\/[a-z0-9*]([-a-z0-9.*]*[a-z0-9*])?$/,
    'must have the form namespace/claim; * stands for any characters',
  );

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:30');
export const weekdayNames = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

const window = z
  .strictObject({
    from: timeOfDay.describe('Begins at this time of day.'),
    to: timeOfDay.describe('Ends at this time of day; earlier than `from`: on the next day.'),
    days: z
      .array(z.enum(weekdayNames))
      .min(1)
      .max(7)
      .optional()
      .describe('Days on which it begins; left out: every day.'),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], error: 'must differ from `from`' });

const count = z.int().min(0).max(100_000);

export const retention = z
  .strictObject({
    keepLast: count.optional().describe('The newest, so many.'),
    keepHourly: count.optional().describe('The newest point of each of so many hours that have one.'),
    keepDaily: count.optional().describe('Of days, in the time zone of the policy.'),
    keepWeekly: count.optional().describe('Of weeks, which begin on Monday.'),
    keepMonthly: count.optional().describe('Of months.'),
    keepYearly: count.optional().describe('Of years.'),
    keepWithin: duration.optional().describe('All that are younger than the newest good point by less than this.'),
    latestOnly: z.boolean().optional().describe('Only the newest; an older point goes after a newer one was verified.'),
    minAge: duration.optional().describe('A younger point is never deleted.'),
    retainDeleted: duration
      .optional()
      .describe('After this time the points of a deleted claim are pruned too; left out: they stay.'),
    breaker: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('A prune that would delete more than so many per cent of the points waits for a yes; left out: 50.'),
  })
  .refine((rule) => rule.latestOnly !== true || !countsOf(rule).some((one) => one !== undefined), {
    path: ['latestOnly'],
    error: 'excludes the keep… fields: it keeps one point',
  })
  .refine((rule) => rule.latestOnly === true || !isAllZero(countsOf(rule)), {
    error: 'keeps nothing: at least one keep… field must be above 0; leave retention out to keep everything',
  });

function isAllZero(counts: readonly unknown[]): boolean {
  const given = counts.filter((one) => one !== undefined);
  return given.length > 0 && given.every((one) => one === 0);
}

function countsOf(rule: Readonly<Record<string, unknown>>): unknown[] {
  const names = ['keepLast', 'keepHourly', 'keepDaily', 'keepWeekly', 'keepMonthly', 'keepYearly', 'keepWithin'];
  return names.map((name) => rule[name]);
}

const { minFiles, minBytes, sampleChecksums, manifest, maxDropPercent, database, databaseFiles, command } =
  verification.shape;

const verify = z
  .strictObject({
    every: duration.describe('Each claim is proved within this period.'),
    schedule: cron
      .optional()
      .describe(
        'When restore tests may start; left out: spread over the whole period, each up to an hour after its turn has come, because no PingSource announces it.',
      ),
    files: z
      .strictObject({ minFiles, minBytes, sampleChecksums, manifest, maxDropPercent })
      .optional()
      .describe('What the restored files must be like; left out: they can be mounted and read.'),
    database,
    databaseFiles,
    command,
    budget: storageQuantity
      .optional()
      .describe('The tests of this policy read at most so much from the target in 24 hours.'),
  })
  .describe('Restore tests, in turn over the claims of the policy.');

export const policySchema = z
  .strictObject({
    id: dnsLabel.describe('Name of the policy; stamped on its restore points.'),
    namespaceSelector: labelSelector
      .optional()
      .describe('Labels of the namespaces; {}: all. The name is the label kubernetes.io/metadata.name.'),
    labelSelector: labelSelector.optional().describe('Labels of the claims; {}: all.'),
    claims: z
      .array(claimPattern)
      .min(1)
      .max(1000)
      .optional()
      .describe('Names of claims as namespace/claim; namespace/* is all claims of a namespace.'),
    exclude: z
      .array(claimPattern)
      .max(1000)
      .optional()
      .describe('Claims that this policy leaves out, whatever selects them.'),
    driver: z.enum(policyDrivers).optional().describe('What moves the bytes; left out: SOTERIA_BACKUP_DRIVER.'),
    repository: dnsLabel.optional().describe('Of the drivers restic and kopia: the repository.'),
    schedule: cron
      .optional()
      .describe('Cron with five fields: minute, hour, day of the month, month, day of the week.'),
    preset: z
      .enum(presetNames)
      .optional()
      .describe('In place of a schedule: a time that the id decides, so that policies spread over the clock.'),
    timeZone: timeZone.optional().describe('Of schedule, window and the buckets of the retention; left out: UTC.'),
    jitter: duration.optional().describe('The schedule is moved later by a part of this that the id decides.'),
    catchUp: z
      .enum(['none', 'once'])
      .optional()
      .describe(
        'What happens to missed due times: none – they are let pass; once – the last of them is made up for. Left out: once.',
      ),
    startingDeadlineSeconds: z
      .int()
      .min(1)
      .max(366 * 86_400)
      .optional()
      .describe(
        'A backup that could not start for so long after its due time is let pass; left out: until the next one.',
      ),
    suspend: z.boolean().optional().describe('Nothing becomes due; what exists is kept and pruned as before.'),
    window: window.optional().describe('Backups start inside this window only.'),
    retention: retention.optional().describe('What is kept; left out: everything.'),
    rpo: duration
      .optional()
      .describe(
        'The newest restore point must not be older than this; left out: each due backup must be there two hours later.',
      ),
    verify: verify.optional(),
    concurrency: z.int().min(1).max(1000).optional().describe('So many backups of this policy at once.'),
    mode: z
      .string()
      .regex(/^(incremental|full every [1-9]\d{0,3})$/, 'must be "incremental" or "full every N"')
      .optional()
      .describe(
        '"incremental", or "full every N": each Nth backup of a claim reads all of it again. Left out: incremental.',
      ),
    onUnchanged: z
      .enum(['skip', 'backup'])
      .optional()
      .describe(
        'When the driver sees no change since the last backup: skip – its point counts as fresh. Left out: backup.',
      ),
  })
  .refine(({ schedule, preset }) => schedule === undefined || preset === undefined, {
    path: ['preset'],
    error: 'excludes schedule: one of them says when',
  })
  .refine(
    ({ schedule, preset, rpo, verify: tests }) => [schedule, preset, rpo, tests].some((one) => one !== undefined),
    {
      error: 'does nothing: it needs a schedule, a preset, an rpo or verify',
    },
  )
  .refine(({ repository, driver }) => repository === undefined || driver !== names.longhorn, {
    path: ['repository'],
    error: 'excludes the driver longhorn, which writes to the backup target of Longhorn',
  });
export type Policy = z.infer<typeof policySchema>;

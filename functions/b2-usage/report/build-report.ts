/** `GET /v1/b2` answers from the record alone, without calls to the store, so it answers at once. Pure. */
import type { Progress } from '../record/progress.ts';
import type { Uploads } from '../tally/measured-bucket.ts';
import { type Sample, sampleBefore, sumBuckets } from '../record/history.ts';
import type { Measurement, UsageRecord } from '../record/usage-record.ts';
import { type Cost, estimateCost, storedBytes } from './estimate-cost.ts';
import { type Finding, findingsOf } from './findings.ts';
import { type ClaimUsage, claimsOf, orphanedBytesOf } from './list-claims.ts';
import { othersOf, type RepositoryUsage } from './list-repositories.ts';
import type { PriceCard } from './price-card.ts';

export interface ReportSettings {
  readonly missing: readonly string[];
  readonly isConfigured: boolean;
  readonly staleUploadDays: number;
  readonly priceCard: PriceCard | undefined;
}

export interface ReportInput {
  readonly record: UsageRecord;
  readonly progress: Progress | undefined;
  readonly settings: ReportSettings;
  readonly now: Date;
  /** Only claims of this namespace, and nothing about the buckets as a whole. */
  readonly namespace?: string | undefined;
}

export interface UsageReport {
  readonly state: 'not_configured' | 'not_measured' | 'failing' | 'measured';
  readonly missing: readonly string[];
  readonly fix: string | null;
  readonly measured_at: string | null;
  readonly age_seconds: number | null;
  readonly source: {
    readonly api: string;
    readonly endpoint: string;
    readonly sees_versions: boolean;
    readonly calls: number;
  } | null;
  readonly measuring: {
    readonly since: string;
    readonly objects: number;
    readonly calls: number;
    /** The Job that has taken over. */
    readonly job: string | null;
  } | null;
  readonly failure: Omit<NonNullable<UsageRecord['failure']>, never> | null;
  /** False: some prefixes could not be read. */
  readonly complete: boolean | null;
  readonly totals: Readonly<Record<string, number>> | null;
  readonly growth: Growth | null;
  readonly cost: Cost | null;
  readonly buckets: readonly Readonly<Record<string, unknown>>[];
  readonly claims: readonly ClaimUsage[];
  readonly repositories: readonly RepositoryUsage[];
  readonly findings: readonly Finding[];
}

export interface Growth {
  readonly since_last_bytes: number | null;
  readonly last_at: string | null;
  readonly days_30_bytes: number | null;
  /** The start of the 30 days of growth; later when the history is shorter. */
  readonly days_30_from: string | null;
}

const monthMs = 30 * 86_400_000;

export function buildReport(input: ReportInput): UsageReport {
  const { record, progress, settings, now, namespace } = input;
  const { measurement, failure = null } = record;
  const head = {
    missing: settings.missing,
    measuring: progress === undefined ? null : measuringOf(progress),
    failure,
  };
  if (measurement === undefined) {
    const isNever = settings.isConfigured ? (failure === null ? 'not_measured' : 'failing') : 'not_configured';
    return { ...empty, ...head, state: isNever, fix: fixOf(isNever, settings) };
  }
  const state = !settings.isConfigured ? 'not_configured' : failure === null ? 'measured' : 'failing';
  const claims = claimsOf(measurement, record.history, now);
  const whole = {
    ...head,
    state,
    fix: fixOf(state, settings),
    measured_at: measurement.endedAt,
    age_seconds: Math.max(0, Math.round((now.getTime() - Date.parse(measurement.endedAt)) / 1000)),
    source: {
      api: measurement.api,
      endpoint: measurement.endpoint,
      sees_versions: measurement.seesVersions,
      calls: measurement.calls,
    },
    complete: measurement.buckets.every(({ unreadable }) => unreadable.length === 0),
  } as const;
  if (namespace !== undefined) {
    return {
      ...empty,
      ...whole,
      source: null,
      measuring: null,
      claims: claims.filter((one) => one.namespace === namespace),
    };
  }
  const { priceCard: card } = settings;
  const orphanedBytes = orphanedBytesOf(claims);
  return {
    ...whole,
    totals: totalsOf(measurement, orphanedBytes),
    growth: growthOf(record, measurement, now),
    cost: card === undefined ? null : estimateCost({ card, measurement, history: record.history, orphanedBytes, now }),
    buckets: measurement.buckets.map(bucketOf),
    claims,
    repositories: othersOf(measurement),
    findings: findingsOf({ measurement, staleUploadDays: settings.staleUploadDays, card, now }),
  };
}

const empty = {
  measured_at: null,
  age_seconds: null,
  source: null,
  complete: null,
  totals: null,
  growth: null,
  cost: null,
  buckets: [],
  claims: [],
  repositories: [],
  findings: [],
} as const;

function fixOf(state: UsageReport['state'], { missing }: ReportSettings): string | null {
  if (state === 'not_configured') {
    return `set ${missing.join(' and ')} in Secret soteria-b2; docs/b2-usage.md shows how to make a key that can only list`;
  }
  return state === 'not_measured' ? 'POST /v1/b2/measure, or wait for the next measurement' : null;
}

function measuringOf({ startedAt, calls, job, buckets = [] }: Progress) {
  const { objects, hiddenObjects } = sumBuckets(buckets);
  return { since: startedAt, objects: objects + hiddenObjects, calls, job: job?.name ?? null };
}

function totalsOf(measurement: Measurement, orphanedBytes: number): Record<string, number> {
  const sums = sumBuckets(measurement.buckets);
  return {
    stored_bytes: storedBytes(measurement),
    current_bytes: sums.bytes,
    current_objects: sums.objects,
    hidden_bytes: sums.hiddenBytes,
    hidden_objects: sums.hiddenObjects,
    markers: sums.markers,
    unfinished_uploads: sums.unfinishedUploads,
    unfinished_bytes: sums.unfinishedBytes,
    orphaned_bytes: orphanedBytes,
  };
}

function growthOf({ history }: UsageRecord, measurement: Measurement, now: Date): Growth {
  const stored = storedBytes(measurement);
  const last = history.samples.at(-2);
  const monthAgo = sampleBefore(history, now, monthMs);
  const since = (past: Sample | undefined): number | null =>
    past === undefined ? null : stored - past.bytes - past.hiddenBytes - past.unfinishedBytes;
  return {
    since_last_bytes: since(last),
    last_at: last?.at ?? null,
    days_30_bytes: since(monthAgo),
    days_30_from: monthAgo?.at ?? null,
  };
}

/** True: no upload could be listed, which is not the same as no uploads. */
function isUnknown(uploads: Uploads | undefined): uploads is undefined {
  return uploads === undefined || (uploads.count === 0 && !uploads.isComplete);
}

function bucketOf({ name, prefix, traits, tally, uploads, unreadable }: Measurement['buckets'][number]) {
  return {
    name,
    prefix,
    current_bytes: tally.bytes,
    current_objects: tally.objects,
    hidden_bytes: tally.hiddenBytes,
    hidden_objects: tally.hiddenObjects,
    markers: tally.markers,
    unfinished_uploads: isUnknown(uploads) ? null : uploads.count,
    unfinished_bytes: isUnknown(uploads) ? null : uploads.bytes,
    unfinished_complete: uploads?.isComplete ?? false,
    unfinished_oldest_at:
      uploads === undefined || uploads.count === 0 ? null : new Date(uploads.oldestAtMs).toISOString(),
    versioned: traits.isVersioned ?? null,
    object_lock: traits.hasObjectLock ?? null,
    hidden_version_rule: traits.hasHiddenVersionRule ?? null,
    unreadable_prefixes: unreadable,
  };
}

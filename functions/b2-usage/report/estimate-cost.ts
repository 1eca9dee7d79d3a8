/** Estimates the cost now and to the month's end, and what other retentions would save. Pure. */
import { hiddenAgeDays } from '../tally/tally.ts';
import { type History, type Sample, sampleBefore, sumBuckets } from '../record/history.ts';
import type { Measurement } from '../record/usage-record.ts';
import { callCost, type PriceCard, storageCost } from './price-card.ts';

export interface WhatIf {
  readonly change: string;
  readonly frees_bytes: number;
  readonly saves_per_month: number;
}

export interface Cost {
  readonly currency: string;
  readonly card: { readonly name: string; readonly provider: string; readonly as_of: string; readonly source: string };
  /** The cost if nothing changes. */
  readonly storage_per_month: number;
  /** The cost of the measurements themselves. */
  readonly measuring_per_month: number;
  /** The calendar month in UTC until now; unknown days count like the nearest measurement. */
  readonly month_to_date: number;
  /** The whole month, if usage continues to grow at the same rate. */
  readonly to_month_end: number;
  readonly what_if: readonly WhatIf[];
}

const dayMs = 86_400_000;
/** The interval of the shipped PingSource, until the history shows the real one: every six hours. */
const plannedPerDay = 4;
const cents = (amount: number): number => Math.round(amount * 100) / 100;

export interface CostInput {
  readonly card: PriceCard;
  readonly measurement: Measurement;
  readonly history: History;
  readonly orphanedBytes: number;
  readonly now: Date;
}

export function estimateCost({ card, measurement, history, orphanedBytes, now }: CostInput): Cost {
  const stored = storedBytes(measurement);
  const perMonth = storageCost(card, stored);
  const saving = (change: string, bytes: number): WhatIf => ({
    change,
    frees_bytes: bytes,
    saves_per_month: cents(perMonth - storageCost(card, stored - bytes)),
  });
  const { unfinishedBytes } = sumBuckets(measurement.buckets);
  const month = costOfMonth(card, history, stored, now);
  const { name, provider, asOf, source, currency } = card;
  return {
    currency,
    card: { name, provider, as_of: asOf, source },
    storage_per_month: cents(perMonth),
    measuring_per_month: cents(callCost(card, measurement.calls, measurementsPerDay(history, now))),
    month_to_date: cents(month.soFar),
    to_month_end: cents(month.whole),
    what_if: [
      ...[0, ...hiddenAgeDays].map((days, index) => {
        const bytes = measurement.buckets.reduce((sum, { tally }) => sum + olderThan(tally.hiddenByAge, index), 0);
        return saving(days === 0 ? 'keep no hidden versions' : `keep hidden versions for ${days} days`, bytes);
      }),
      saving('delete the backups of orphaned volumes', orphanedBytes),
      saving('cancel the unfinished uploads', unfinishedBytes),
    ].filter(({ frees_bytes }) => frees_bytes > 0),
  };
}

/** The age classes from `index` on. */
function olderThan(hiddenByAge: readonly number[], index: number): number {
  return hiddenByAge.slice(index).reduce((sum, bytes) => sum + bytes, 0);
}

export function storedBytes({ buckets }: Pick<Measurement, 'buckets'>): number {
  const { bytes, hiddenBytes, unfinishedBytes } = sumBuckets(buckets);
  return bytes + hiddenBytes + unfinishedBytes;
}

const storedIn = ({ bytes, hiddenBytes, unfinishedBytes }: Sample): number => bytes + hiddenBytes + unfinishedBytes;

/** Day by day: the last measurement of the day; for days before the first measurement and after now, the nearest measurement, with growth. */
function costOfMonth(card: PriceCard, history: History, stored: number, now: Date) {
  const startMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  const days = Math.round((Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1) - startMs) / dayMs);
  const growthPerDay = dailyGrowth(history, stored, now);
  let [soFar, whole] = [0, 0];
  for (let day = 0; day < days; day += 1) {
    const endMs = startMs + (day + 1) * dayMs;
    const aheadDays = (endMs - now.getTime()) / dayMs;
    const past = history.samples.findLast(({ at }) => Date.parse(at) <= endMs) ?? history.samples[0];
    const bytes = aheadDays > 0 ? stored + growthPerDay * aheadDays : past === undefined ? stored : storedIn(past);
    const cost = storageCost(card, Math.max(0, bytes)) / days;
    whole += cost;
    // Today counts until now.
    soFar += cost * Math.min(1, Math.max(0, 1 - aheadDays));
  }
  return { soFar, whole };
}

/** Reads the last two days, for which the history keeps a sample an hour. */
function measurementsPerDay({ samples }: History, now: Date): number {
  const recent = samples.filter(({ at }) => now.getTime() - Date.parse(at) < 2 * dayMs);
  const [first] = recent;
  const days = first === undefined ? 0 : (now.getTime() - Date.parse(first.at)) / dayMs;
  return days < 1 ? plannedPerDay : (recent.length - 1) / days;
}

function dailyGrowth(history: History, stored: number, now: Date): number {
  const past = sampleBefore(history, now, 30 * dayMs);
  const days = past === undefined ? 0 : (now.getTime() - Date.parse(past.at)) / dayMs;
  // Less than a day of measurements shows no trend.
  return past === undefined || days < 1 ? 0 : (stored - storedIn(past)) / days;
}

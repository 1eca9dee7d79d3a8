/** Usage by claim: a claim may have had several volumes (a restore gives it a new one). Pure. */
import type { Attribution } from '../attribute/attribution.ts';
import { type History, sampleBefore } from '../record/history.ts';
import type { Measurement } from '../record/usage-record.ts';

export interface ClaimUsage {
  readonly state: Attribution['state'];
  /** Null: not recorded. */
  readonly namespace: string | null;
  readonly pvc: string | null;
  readonly bucket: string;
  readonly volume: string;
  readonly current_bytes: number;
  readonly current_objects: number;
  readonly hidden_bytes: number;
  readonly hidden_objects: number;
  readonly backups: number;
  readonly last_backup_at: string | null;
  /** The bytes that Longhorn counts, before compression. */
  readonly longhorn_bytes: number | null;
  readonly growth_since_last_bytes: number | null;
  readonly growth_30_days_bytes: number | null;
}

const monthMs = 30 * 86_400_000;

/** Largest first. */
export function claimsOf(measurement: Measurement, history: History, now: Date): ClaimUsage[] {
  const places = new Map(history.owners.map((owner, index) => [owner, index]));
  const last = history.samples.at(-2);
  const monthAgo = sampleBefore(history, now, monthMs);
  return measurement.attributions
    .map((one): ClaimUsage => {
      const bucket = measurement.buckets.find(({ name }) => name === one.bucket);
      const tally = bucket?.tally.owners[one.owner];
      const bytes = tally?.bytes ?? 0;
      const place = places.get(`${one.bucket}|${one.owner}`) ?? -1;
      const growth = (past: typeof last): number | null => {
        if (past === undefined || place === -1) return null;
        return bytes - (past.of[place] ?? 0);
      };
      return {
        state: one.state,
        namespace: one.namespace ?? null,
        pvc: one.pvc ?? null,
        bucket: one.bucket,
        volume: one.volume,
        current_bytes: bytes,
        current_objects: tally?.objects ?? 0,
        hidden_bytes: tally?.hiddenBytes ?? 0,
        hidden_objects: tally?.hiddenObjects ?? 0,
        backups: tally?.parts['backups']?.objects ?? 0,
        last_backup_at: one.lastBackupAt ?? null,
        longhorn_bytes: one.longhornBytes ?? null,
        growth_since_last_bytes: growth(last),
        growth_30_days_bytes: growth(monthAgo),
      };
    })
    .toSorted((a, b) => b.current_bytes - a.current_bytes);
}

export function orphanedBytesOf(claims: readonly ClaimUsage[]): number {
  return claims
    .filter(({ state }) => state === 'orphaned')
    .reduce((sum, { current_bytes, hidden_bytes }) => sum + current_bytes + hidden_bytes, 0);
}

/** What of a policy’s restore points is kept, resolved from its text. */
export interface RetentionRule {
  readonly keepLast?: number;
  readonly keepHourly?: number;
  readonly keepDaily?: number;
  readonly keepWeekly?: number;
  readonly keepMonthly?: number;
  readonly keepYearly?: number;
  /** Milliseconds before the newest good point. */
  readonly keepWithinMs?: number;
  /** Milliseconds: a younger point is never deleted. */
  readonly minAgeMs?: number;
  /** Only the newest, but a point goes only after a newer one was verified. */
  readonly latestOnly?: boolean;
}

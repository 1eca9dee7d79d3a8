/** The tools of every door of this function; `main.ts` builds them. */
import type { Publisher } from '@soteria/shared/events/publish.ts';
import type { Authorize } from '@soteria/shared/identity/authorize.ts';
import type { IsPaused } from '@soteria/shared/function/report-paused.ts';
import type { ReadLonghorn } from './attribute/read-longhorn.ts';
import type { BucketSource, OnCall } from './bucket/port.ts';
import type { UsageSettings } from './config.ts';
import type { ListingJobs } from './listing-job/listing-jobs.ts';
import type { UsageStore } from './record/usage-store.ts';

export interface UsageTools {
  readonly settings: UsageSettings;
  readonly authorize: Authorize;
  readonly publisher: Publisher;
  readonly usage: UsageStore;
  readonly listingJobs: ListingJobs;
  /** While Soteria is paused, no Job is made or deleted; running work is followed to its end. */
  readonly isPaused: IsPaused;
  readonly readLonghorn: ReadLonghorn;
  /** Undefined: usage is not configured. */
  readonly openSource: ((onCall: OnCall) => Promise<OpenSource>) | undefined;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly pace: StepPace;
}

export interface OpenSource {
  readonly source: BucketSource;
  close(this: void): void;
}

/** How long a step works before it hands over, and how often it stores its progress; milliseconds. */
export interface StepPace {
  readonly budgetMs: number;
  readonly checkpointMs: number;
  /** A process that has not renewed its lease for this long counts as dead. */
  readonly leaseMs: number;
}

/** The kit ends a request after 50 seconds; the time after the budget is for the last page and the record. */
export const defaultPace: StepPace = { budgetMs: 35_000, checkpointMs: 4_000, leaseMs: 20_000 };

/** A Job has time; its own deadline ends it. */
export const jobPace: StepPace = { ...defaultPace, budgetMs: Infinity };

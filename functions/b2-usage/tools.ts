/** What every door of this function works with; `main.ts` puts it together. */
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
  /** While it is, no Job is made and none is deleted; what is under way is followed to its end. */
  readonly isPaused: IsPaused;
  readonly readLonghorn: ReadLonghorn;
  /** Undefined: not configured. */
  readonly openSource: ((onCall: OnCall) => Promise<OpenSource>) | undefined;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly pace: StepPace;
}

export interface OpenSource {
  readonly source: BucketSource;
  close(this: void): void;
}

/** How long one step works before it hands over, and how often it writes down how far it is; milliseconds. */
export interface StepPace {
  readonly budgetMs: number;
  readonly checkpointMs: number;
  /** After this without a sign the process at work counts as dead. */
  readonly leaseMs: number;
}

/** The kit ends a request after 50 seconds; what is left after the budget is for the last page and the record. */
export const defaultPace: StepPace = { budgetMs: 35_000, checkpointMs: 4_000, leaseMs: 20_000 };

/** A Job has time; its own deadline ends it. */
export const jobPace: StepPace = { ...defaultPace, budgetMs: Infinity };

/**
 * The program of the Job: continues the listing of a measurement to its end, and stores it as every step does. The result is in
 * the progress; the function records and reports it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { storeName } from '../config.ts';
import { troubleOf } from '../conclude/record-failure.ts';
import { isCounted } from '../measure/decide-next.ts';
import { leaseLeftMs } from '../measure/lease.ts';
import type { Trouble } from '../record/progress.ts';
import { type StepTools, takeStep } from '../measure/take-step.ts';

export interface ListingTools extends StepTools {
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Default: waits in real time. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** The exit code: 1 means that another Pod may continue. */
export async function runListing(tools: ListingTools, measurement: string): Promise<0 | 1> {
  const { usage, now, log, signal, settings, sleep = (ms) => wait(ms, undefined, { signal }) } = tools;
  const store = settings.store === undefined ? '' : storeName(settings.store);
  while (tools.isStopping?.() !== true) {
    const { value, object } = await usage.readProgress(signal);
    if (value?.id !== measurement || value.job === undefined || value.store !== store) {
      log.info('listing_not_needed', { measurement });
      return 0;
    }
    if (isCounted(value)) return 0;
    const leftMs = leaseLeftMs(value, now());
    if (leftMs > 0) {
      // The lease belongs to a Pod that was killed: wait until it runs out.
      await sleep(leftMs);
      continue;
    }
    const started = { ...value, job: { ...value.job, hasStarted: true }, trouble: undefined };
    try {
      const { isDone } = await takeStep(tools, { value: started, object }, { signal });
      if (!isDone) continue;
      log.info('listing_ended', { measurement });
      return 0;
    } catch (error) {
      if (!(error instanceof SoteriaError)) throw error;
      log.error('listing_failed', error, { measurement });
      const trouble = troubleOf(error);
      await noteTrouble(tools, measurement, trouble);
      return trouble.isFinal ? 0 : 1;
    }
  }
  log.info('listing_stopped', { measurement });
  return 1;
}

async function noteTrouble({ usage, signal }: ListingTools, measurement: string, trouble: Trouble): Promise<void> {
  const { value, object } = await usage.readProgress(signal);
  if (value?.id === measurement) await usage.writeProgress({ value: { ...value, trouble }, object }, signal);
}

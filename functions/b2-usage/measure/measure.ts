/** Takes a measurement from its beginning to the record: each call does one step, and wakes the next step by an event. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { factId } from '@soteria/shared/events/event-id.ts';
import { isFinalRefusal } from '@soteria/shared/operation/record/create-or-find.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { Kept } from '../record/usage-store.ts';
import { storeName } from '../config.ts';
import type { UsageTools } from '../tools.ts';
import { listingJob, listingJobName } from '../listing-job/listing-job.ts';
import type { ListingJob } from '../listing-job/listing-jobs.ts';
import { recordFailure, troubleOf } from '../conclude/record-failure.ts';
import { recordMeasurement } from '../conclude/record-measurement.ts';
import { sendPendingFacts } from '../conclude/send-pending-facts.ts';
import { decideNext, type Next } from './decide-next.ts';
import { isLeased } from './lease.ts';
import { newProgress, type Progress } from '../record/progress.ts';
import { takeStep } from './take-step.ts';

/** Stores the request; a measurement that already runs is joined. */
export async function beginMeasurement(tools: UsageTools, by: string, incoming: Incoming): Promise<Kept<Progress>> {
  const { usage } = tools;
  const { value, object } = await usage.readProgress(incoming.signal);
  if (value !== undefined) return { value, object };
  try {
    return await beginAnew(tools, by, object, incoming);
  } catch (error) {
    // Another process has just begun a measurement.
    const joined =
      error instanceof SoteriaError && isTaken(error) ? await usage.readProgress(incoming.signal) : undefined;
    if (joined?.value === undefined) throw error;
    return { value: joined.value, object: joined.object };
  }
}

function beginAnew(
  { usage, now, newId, settings }: UsageTools,
  by: string,
  object: Kept<Progress>['object'],
  { signal }: Pick<Incoming, 'signal'>,
): Promise<Kept<Progress>> {
  const store = settings.store === undefined ? '' : storeName(settings.store);
  return usage.writeProgress({ value: newProgress(newId(), now(), by, store), object }, signal);
}

/** Sums of two days ago do not describe today, and sums of another store do not describe this store. */
const longestMs = 48 * 3_600_000;

function isObsolete({ startedAt, store }: Progress, { settings, now }: UsageTools): boolean {
  const isAnothers = settings.store !== undefined && store !== storeName(settings.store);
  return isAnothers || now().getTime() - Date.parse(startedAt) > longestMs;
}

function isTaken({ code }: SoteriaError): boolean {
  return code === 'name_conflict' || code === 'cluster_conflict';
}

/** Does nothing when no measurement runs, or another process works on it. */
export async function advanceMeasurement(tools: UsageTools, incoming: Incoming): Promise<void> {
  const { usage, listingJobs, settings, now } = tools;
  await sendPendingFacts(tools, incoming);
  const { value: progress, object } = await usage.readProgress(incoming.signal);
  if (progress === undefined) return;
  const job = progress.job === undefined ? undefined : await listingJobs.get(progress.job.name, incoming.signal);
  // A Job that has ended holds no lease, even when it was killed before it could release the lease.
  if (isLeased(progress, now()) && job?.hasEnded !== true) return;
  const { value: record } = await usage.readRecord(incoming.signal);
  const next = decideNext({ progress, last: record.measurement, job, jobAfterMs: settings.jobAfterMs });
  const kept = { value: progress, object };
  if (next.type !== 'tidy' && next.type !== 'record' && isObsolete(progress, tools)) {
    incoming.log.info('measurement_begun_anew', { measurement: progress.id, startedAt: progress.startedAt });
    if (job !== undefined) await removeJob(tools, job, incoming);
    await beginAnew(tools, progress.by, object, incoming);
    return advanceMeasurement(tools, incoming);
  }
  await tryTo(tools, next, kept, incoming);
}

/** A refusal of the store, or a result too large for the record, ends the measurement; after any other error the event is delivered again. */
async function tryTo(tools: UsageTools, next: Next, kept: Kept<Progress>, incoming: Incoming): Promise<void> {
  try {
    await perform(tools, next, kept, incoming);
  } catch (error) {
    if (!(error instanceof SoteriaError)) throw error;
    const trouble = troubleOf(error);
    if (trouble.isFinal) incoming.log.error('measurement_failed', error);
    // When the failure cannot be recorded, for example after the deadline, the first error is still the cause.
    else if (error.code === 'bucket_unavailable') await recordFailure(tools, trouble, incoming).catch(() => undefined);
    if (!trouble.isFinal) throw error;
    await recordFailure(tools, trouble, incoming);
    const left = await tools.usage.readProgress(incoming.signal);
    if (left.value !== undefined) await finish(tools, { value: left.value, object: left.object }, incoming);
  }
}

async function perform(tools: UsageTools, next: Next, kept: Kept<Progress>, incoming: Incoming): Promise<void> {
  switch (next.type) {
    case 'tidy':
      return finish(tools, kept, incoming);
    case 'record':
      return conclude(tools, kept, incoming);
    case 'fail':
      incoming.log.warn('measurement_failed', { reason: next.trouble.reason, what: next.trouble.what });
      await recordFailure(tools, next.trouble, incoming);
      return finish(tools, kept, incoming);
    case 'take-step':
      return step(tools, kept, incoming);
    case 'hand-over':
    case 'make-job':
      if (await tools.isPaused(incoming.signal))
        return incoming.log.info('listing_paused', { measurement: kept.value.id });
      return next.type === 'hand-over' ? handOver(tools, kept, incoming) : makeJob(tools, kept, incoming);
    case 'take-back':
      incoming.log.warn('listing_job_failed', { job: kept.value.job?.name, why: next.trouble.why });
      await recordFailure(tools, next.trouble, incoming);
      await tools.usage.writeProgress(
        { ...kept, value: { ...kept.value, job: undefined, trouble: undefined, leaseUntil: undefined } },
        incoming.signal,
      );
      return undefined;
    case 'wait':
      return undefined;
  }
}

async function step(tools: UsageTools, kept: Kept<Progress>, incoming: Incoming): Promise<void> {
  const end = await takeStep(tools, kept, incoming);
  if (!end.isDone) return wakeNext(tools, end.kept.value, incoming);
  await conclude(tools, end.kept, incoming);
}

async function conclude(tools: UsageTools, kept: Kept<Progress>, incoming: Incoming): Promise<void> {
  await recordMeasurement(tools, kept.value, incoming);
  await finish(tools, kept, incoming);
  await sendPendingFacts(tools, incoming);
}

/** Deletes the Job first: only the progress holds its name. */
async function finish(tools: UsageTools, kept: Kept<Progress>, incoming: Incoming): Promise<void> {
  const { job } = kept.value;
  const made = job === undefined ? undefined : await tools.listingJobs.get(job.name, incoming.signal);
  if (made !== undefined) await removeJob(tools, made, incoming);
  await tools.usage.removeProgress(kept, incoming.signal);
}

/** While Soteria is paused, the Job's own time to live deletes it. */
async function removeJob({ listingJobs, isPaused }: UsageTools, job: ListingJob, { signal }: Incoming): Promise<void> {
  if (!(await isPaused(signal))) await listingJobs.delete(job, signal);
}

/** The name of the Job is recorded before the Job is made: after a crash, the next wake-up makes this Job and no second. */
async function handOver(tools: UsageTools, { value, object }: Kept<Progress>, incoming: Incoming): Promise<void> {
  const jobs = value.jobs + 1;
  const job = { name: listingJobName(value.id, jobs), hasStarted: false };
  const noted = await tools.usage.writeProgress({ value: { ...value, jobs, job }, object }, incoming.signal);
  return makeJob(tools, noted, incoming);
}

async function makeJob(tools: UsageTools, kept: Kept<Progress>, incoming: Incoming): Promise<void> {
  const { settings, listingJobs, usage } = tools;
  const { id, job } = kept.value;
  if (job === undefined) return;
  const { namespace, runnerImage: image } = settings;
  try {
    await listingJobs.create(listingJob({ namespace, measurement: id, name: job.name, image }), incoming.signal);
    incoming.log.info('listing_handed_over', { measurement: id, job: job.name });
  } catch (error) {
    if (!(error instanceof SoteriaError && isNoJobAllowed(error))) throw error;
    incoming.log.error('listing_job_not_made', error, { job: job.name });
    const value = { ...kept.value, job: undefined, mayUseJob: false };
    await step(tools, await usage.writeProgress({ ...kept, value }, incoming.signal), incoming);
  }
}

/** No right, a quota, a policy: without a Job the measurement is slower, and still ends. */
function isNoJobAllowed(error: SoteriaError): boolean {
  return error.code === 'name_conflict' || isFinalRefusal(error);
}

export async function wakeNext(
  { publisher }: Pick<UsageTools, 'publisher'>,
  { id, step }: Progress,
  { signal, traceparent }: Incoming,
): Promise<void> {
  await publisher.publish(
    {
      id: factId(id, `due:${step}`),
      type: 'dev.soteria.usage.due.v1',
      data: { measurement: id, step },
      correlationId: id,
      traceparent,
    },
    signal,
  );
}

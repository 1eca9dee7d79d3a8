/** The end of a measurement: the record first, the facts after it, each as often as it takes. */
import { type SoteriaError, toSoteriaError } from '@soteria/shared/errors.ts';
import { factId } from '@soteria/shared/events/event-id.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { attribute } from '../attribute/attribution.ts';
import { storedBytes } from '../report/estimate-cost.ts';
import { checkLimits } from '../report/thresholds.ts';
import { appendSample, sumBuckets } from '../record/history.ts';
import type { Measurement, PendingFact, UsageRecord } from '../record/usage-record.ts';
import { reasonOf } from '../bucket/bucket-errors.ts';
import type { UsageTools } from '../tools.ts';
import type { MeasuredBucket, Progress, Trouble } from './progress.ts';
import { settleConfigs } from './settle-configs.ts';

export async function recordMeasurement(tools: UsageTools, progress: Progress, incoming: Incoming): Promise<void> {
  const { usage, readLonghorn, settings, now } = tools;
  const view = await readLonghorn(incoming.signal, incoming.log);
  const buckets = (progress.buckets ?? []).map(settled);
  const { id, startedAt, by, calls, busyMs, seesVersions, excessRights } = progress;
  const endedAt = now();
  const measurement: Measurement = {
    id,
    startedAt,
    by,
    calls,
    listingMs: busyMs,
    seesVersions,
    excessRights,
    buckets,
    endedAt: endedAt.toISOString(),
    api: settings.store?.api ?? 'b2',
    endpoint: settings.store?.endpoint.host ?? '',
    attributions: attribute(buckets, view, startedAt),
    knowsLonghorn: view !== undefined,
  };
  const { value: before, object } = await usage.readRecord(incoming.signal);
  const { above, crossings } = checkLimits(settings, measurement, before.crossed);
  const record: UsageRecord = {
    version: 1,
    measurement,
    crossed: [...above],
    pendingFacts: [
      ...before.pendingFacts,
      measuredFact(measurement),
      ...crossings.map((crossing): PendingFact => ({
        id: factId(id, `crossed:${crossing.limit}`),
        type: 'dev.soteria.usage.threshold.crossed.v1',
        data: { measurement: id, ...crossing },
      })),
    ].slice(-20),
    history: appendSample(before.history, buckets, endedAt),
  };
  await usage.writeRecord({ value: record, object }, incoming.signal);
  const { objects, hiddenObjects } = sumBuckets(buckets);
  incoming.log.info('usage_measured', { measurement: id, calls, objects, hidden: hiddenObjects, by });
}

function settled(bucket: MeasuredBucket): MeasuredBucket {
  return { ...bucket, tally: settleConfigs(bucket.tally) };
}

function measuredFact(measurement: Measurement): PendingFact {
  const { id, endedAt, api, calls, buckets } = measurement;
  const sums = sumBuckets(buckets);
  return {
    id: factId(id, 'measured'),
    type: 'dev.soteria.usage.measured.v1',
    data: {
      measurement: id,
      measured_at: endedAt,
      api,
      calls,
      stored_bytes: storedBytes(measurement),
      current_bytes: sums.bytes,
      hidden_bytes: sums.hiddenBytes,
      unfinished_bytes: sums.unfinishedBytes,
      objects: sums.objects,
    },
  };
}

export function troubleOf(error: SoteriaError): Trouble {
  const { what, why, fix } = error.explanation;
  return { reason: reasonOf(error) ?? error.code, what, why, fix, isFinal: isFinal(error) };
}

/** The store refuses, or there is none: trying again changes nothing. */
function isFinal({ code }: SoteriaError): boolean {
  return code === 'bucket_refused' || code === 'unprocessable';
}

/** The last good numbers stay. */
export async function recordFailure(tools: UsageTools, trouble: Trouble, { signal }: Pick<Incoming, 'signal'>) {
  const { usage, now } = tools;
  const { value: record, object } = await usage.readRecord(signal);
  const at = now().toISOString();
  const { reason, what, why, fix } = trouble;
  const failure = { at, since: record.failure?.since ?? at, reason, what, why, fix };
  await usage.writeRecord({ value: { ...record, failure }, object }, signal);
}

/** Facts are no reason to keep a measurement waiting, and so not for longer. */
const patienceMs = 5_000;

/** Never in the way of a measurement: what the sink does not take now goes with a later wake-up, what it refuses for good is dropped. */
export async function sendPendingFacts({ usage, publisher }: UsageTools, incoming: Incoming): Promise<void> {
  const { signal, traceparent, log } = incoming;
  const { value: record, object } = await usage.readRecord(signal);
  const { pendingFacts } = record;
  if (pendingFacts.length === 0) return;
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  let done = 0;
  for (const { id, type, data } of pendingFacts) {
    try {
      await publisher.publish({ id, type, data, traceparent }, inTime);
    } catch (thrown) {
      const error = toSoteriaError(thrown);
      const fields = { ce_id: id, ce_type: type, pending: pendingFacts.length - done };
      log.error(error.isRetryable ? 'fact_not_sent' : 'fact_dropped', error, fields);
      if (error.isRetryable) break;
    }
    done += 1;
  }
  if (done === 0) return;
  await usage.writeRecord({ value: { ...record, pendingFacts: pendingFacts.slice(done) }, object }, signal);
}

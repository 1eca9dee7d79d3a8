/** Ends a measurement: writes its record, with the facts that are still to be sent (`send-pending-facts.ts`). */
import { factId } from '@soteria/shared/events/event-id.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { attribute } from '../attribute/attribution.ts';
import { storedBytes } from '../report/estimate-cost.ts';
import { checkLimits } from '../report/thresholds.ts';
import { appendSample, sumBuckets } from '../record/history.ts';
import type { Measurement, PendingFact, UsageRecord } from '../record/usage-record.ts';
import type { UsageTools } from '../tools.ts';
import type { MeasuredBucket } from '../tally/measured-bucket.ts';
import type { Progress } from '../record/progress.ts';
import { settleConfigs } from '../tally/settle-configs.ts';

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

/** Sends each fact of the record until the sink accepts it or refuses it permanently. */
import { toSoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { UsageTools } from '../tools.ts';

/** A measurement waits no longer than this for its facts. */
const patienceMs = 5_000;

/** Never blocks a measurement: a fact that the sink does not accept now is sent by a later wake-up, a fact that it refuses permanently is dropped. */
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

/** The facts of the record: each is sent until the sink has taken it or refused it for good. */
import { toSoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { UsageTools } from '../tools.ts';

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

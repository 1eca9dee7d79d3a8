/** A fact about an operation, sent before the operation goes on. */
import { SoteriaError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import type { OutgoingEvent } from './outgoing.ts';
import type { Publisher } from './publish.ts';

export interface FactTools {
  readonly publisher: Publisher;
  readonly log: Log;
}

/**
 * Throws when it may be taken later: then the operation is looked at again. What the sink refuses for good counts as told, and the
 * log has it: no operation stands still because nobody may hear of it.
 */
export async function announceFact(
  { publisher, log }: FactTools,
  fact: OutgoingEvent,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await publisher.publish(fact, signal);
  } catch (error) {
    if (!(error instanceof SoteriaError) || error.isRetryable) throw error;
    log.error('fact_refused', error, { operation: String(fact.data['operation']), fact: fact.type, ce_id: fact.id });
  }
}

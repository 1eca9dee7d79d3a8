/** Events out, through the sink in K_SINK: signed, with a bounded number of tries. */
import { SoteriaError } from '../errors.ts';
import type { Log } from '../log/log.ts';
import { traceIdOf } from '../http/trace-context.ts';
import { backoffMs } from '../http/backoff.ts';
import { type Sleep, sleepUntilAborted, type Tried, tryAgain } from '../http/try-again.ts';
import { type OutgoingEvent, type Sender, toEventMessage } from './outgoing.ts';
import { createSendEvent, type SendOutcome } from './send-event.ts';

export interface Publisher {
  /**
   * Returns when the sink has taken the event. Throws `cluster_unavailable` when it cannot be reached or has no room after all
   * tries, `cluster_refused` when it refuses this event. The same event may have arrived although this throws.
   */
  publish(event: OutgoingEvent, signal?: AbortSignal): Promise<void>;
}

export interface PublisherOptions extends Omit<Sender, 'now'> {
  /** K_SINK. Undefined: events are only logged, and count as sent: there is no consumer. */
  readonly sink: string | undefined;
  readonly log: Log;
  readonly now: () => Date;
  /** For one try. */
  readonly timeoutMs?: number;
  /** Further tries after the first. */
  readonly retries?: number;
  readonly random?: () => number;
  readonly sleep?: Sleep;
}

const backoff = { baseMs: 200, capMs: 3000 };
const maxRetryAfterMs = 5000;

export function createPublisher(options: PublisherOptions): Publisher {
  const { log, sink } = options;
  if (sink === undefined) {
    return {
      publish: (event) => {
        log.info('event_published', { ...fieldsOf(event), sink: 'none: only logged' });
        return Promise.resolve();
      },
    };
  }
  const { now, retries = 3, timeoutMs = 10_000, random = Math.random, sleep = sleepUntilAborted } = options;
  const send = createSendEvent(new URL(sink), now);

  return {
    async publish(event, signal) {
      const message = await toEventMessage(event, { ...options, now: now() });
      const traced = event.traceparent === undefined ? {} : { traceparent: event.traceparent };
      const outgoing = { ...message, headers: { ...message.headers, ...traced } };
      let tries = 0;

      async function attempt(): Promise<Tried<SendOutcome>> {
        tries += 1;
        const outcome = await send(outgoing, { signal, timeoutMs });
        if (outcome.kind !== 'failed' || tries > retries) return { value: outcome };
        const askedMs = Math.min(outcome.retryAfterMs ?? 0, maxRetryAfterMs);
        return { value: outcome, againAfterMs: Math.max(askedMs, backoffMs(tries, backoff, random)) };
      }

      const outcome = await tryAgain(attempt, sleep, signal);
      if (outcome.kind !== 'accepted') throw notSent(event, outcome, tries);
      log.info('event_published', { ...fieldsOf(event), tries });
    },
  };
}

function fieldsOf({ id, type, subject, traceparent }: OutgoingEvent): Record<string, string | undefined> {
  return { ce_id: id, ce_type: type, ce_subject: subject, trace_id: traceparent && traceIdOf(traceparent) };
}

/** The sink's address stays out of it: it may hold a password. */
function notSent(
  event: OutgoingEvent,
  outcome: Exclude<SendOutcome, { kind: 'accepted' }>,
  tries: number,
): SoteriaError {
  const isRefused = outcome.kind === 'refused';
  return new SoteriaError(isRefused ? 'cluster_refused' : 'cluster_unavailable', {
    what: `the event ${event.type}${event.subject === undefined ? '' : ` about ${event.subject}`} was not sent`,
    why: `the sink in K_SINK did not take it: ${outcome.reason} (tries: ${tries})`,
    fix: isRefused
      ? 'check that K_SINK is the address of a Broker and that its policies let this function send'
      : 'it is sent again with the next wake-up; if it stays, check that the Broker is ready (kubectl get broker)',
  });
}

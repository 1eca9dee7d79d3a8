/** What an answer means to the broker, and when a delivery is retried. Pure. */
import { readEvent } from '../event/read-event.ts';
import type { CloudEvent } from '../event/cloud-event.ts';
import type { Destination } from '../manifest/destination.ts';
import type { BrokerSpec, DeliverySpec } from '../manifest/eventing-schemas.ts';
import type { Answer } from '../post.ts';

export interface Failure {
  /** The status in a dead letter; a subscriber that cannot be reached counts as 500. */
  readonly code: number;
  readonly data: string;
  readonly isRetryable: boolean;
  /** The reply is not an event: Knative's dead letter does not say why. */
  readonly isBrokenReply?: boolean;
}

export type Verdict =
  | { readonly kind: 'acknowledged'; readonly status: number }
  | { readonly kind: 'replied'; readonly status: number; readonly reply: CloudEvent }
  | ({ readonly kind: 'failed' } & Failure);

/** A 2xx may carry nothing or an event; any other body on it is a broken reply (502), redelivered like every failure of the path. */
export function judgeAnswer(answer: Answer, url: string): Verdict {
  if (answer.kind === 'unreachable') return failed(500, `dispatch error: Post "${url}": ${answer.reason}`, true);
  if (answer.kind === 'timeout') return failed(500, `dispatch error: Post "${url}": deadline exceeded`, true);
  const { status, headers, body } = answer;
  if (status < 200 || status >= 300) return failed(status, body.toString('utf8'), isRetriedStatus(status));
  const reply = readEvent(headers, body);
  if (reply.kind === 'event') return { kind: 'replied', status, reply: reply.event };
  if (reply.kind === 'none' && body.length === 0) return { kind: 'acknowledged', status };
  const why = reply.kind === 'fault' ? reply.why : 'it must be either empty or a valid CloudEvent';
  return {
    ...failed(502, `received a non-empty response not recognized as CloudEvent: ${why}`, true),
    isBrokenReply: true,
  };
}

function failed(code: number, data: string, isRetryable: boolean) {
  return { kind: 'failed', code, data, isRetryable } as const;
}

function isRetriedStatus(status: number): boolean {
  return status === 404 || status === 408 || status === 409 || status === 429 || status >= 500;
}

export interface DeliveryPlan {
  readonly retry: number;
  readonly backoffPolicy: 'exponential' | 'linear' | undefined;
  readonly backoffDelayMs: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly deadLetterSink: Destination | undefined;
}

/** What Knative's defaulting webhook writes into a Broker without a delivery of its own. */
const brokerDefault: DeliverySpec = { retry: 10, backoffPolicy: 'exponential', backoffDelay: 200 };

/** A Trigger with any delivery inherits only the dead letter sink from the broker. */
export function planDelivery(trigger: DeliverySpec | undefined, broker: BrokerSpec): DeliveryPlan {
  const inherited = broker.delivery ?? brokerDefault;
  const own = trigger ?? inherited;
  return {
    retry: own.retry ?? 0,
    backoffPolicy: own.backoffPolicy,
    backoffDelayMs: own.backoffDelay,
    timeoutMs: own.timeout,
    deadLetterSink: own.deadLetterSink ?? inherited.deadLetterSink,
  };
}

/** Milliseconds before a repetition; `retriesDone` counts from 0. Without policy and delay both, it is immediate. */
export function findBackoffMs(
  plan: Pick<DeliveryPlan, 'backoffPolicy' | 'backoffDelayMs'>,
  retriesDone: number,
): number {
  if (plan.backoffPolicy === undefined || plan.backoffDelayMs === undefined) return 0;
  return plan.backoffPolicy === 'exponential'
    ? plan.backoffDelayMs * 2 ** retriesDone
    : plan.backoffDelayMs * retriesDone;
}

/** The extensions Knative adds to a dead letter: the body of the last answer in base64, cut to 1024 characters. */
export function describeFailure(failure: Failure, url: string): Record<string, string> {
  if (failure.isBrokenReply === true) return {};
  return {
    knativeerrordest: url,
    knativeerrorcode: String(failure.code),
    knativeerrordata: Buffer.from(failure.data, 'utf8').toString('base64').slice(0, 1024),
  };
}

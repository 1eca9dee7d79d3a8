/** Takes one event to one Trigger's subscriber: attempts, reply, dead letter. */
import { identityOf, withAttributes, withoutAttribute } from '../event/cloud-event.ts';
import type { CloudEvent } from '../event/cloud-event.ts';
import { writeBinary } from '../event/write-event.ts';
import type { OnActivity } from '../activity.ts';
import { wait } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { describeDestination, resolveDestination } from '../manifest/destination.ts';
import type { Addresses, Destination } from '../manifest/destination.ts';
import { post } from '../post.ts';
import type { Answer } from '../post.ts';
import { describeFailure, findBackoffMs, judgeAnswer } from './decide-delivery.ts';
import type { DeliveryPlan, Failure, Verdict } from './decide-delivery.ts';

export interface DeliveryParts {
  readonly clock: Clock;
  readonly addresses: Addresses;
  readonly onActivity: OnActivity;
  /** Divides the pauses between repetitions. */
  readonly retryPace: number;
  /** Aborts when the mesh stops; deliveries under way are then lost, as in an in-memory channel. */
  readonly signal: AbortSignal;
}

export interface Delivery {
  /** The Trigger's name. */
  readonly trigger: string;
  readonly namespace: string;
  readonly plan: DeliveryPlan;
  readonly subscriber: Destination;
  /** As the ingress accepted it, `knativebrokerttl` included. */
  readonly event: CloudEvent;
  readonly passedHeaders: Readonly<Record<string, string>>;
  /** Publishes a reply at the broker; answers with the ingress's status. */
  readonly publishReply: (reply: CloudEvent) => Promise<number>;
}

/** From this size on a real in-memory channel comes near the length at which it crashes on a dead letter (769 bytes). */
const safeErrorBytes = 512;
/** Knative's in-memory channel gives up on a fan-out after this long. */
const fanOutTimeoutMs = 15 * 60_000;
const ttlAttribute = 'knativebrokerttl';

export async function deliver(parts: DeliveryParts, delivery: Delivery): Promise<'taken' | 'dead-lettered' | 'lost'> {
  const { trigger, event } = delivery;
  // The broker's filter takes its own bookkeeping off before the subscriber sees the event.
  const seen = withoutAttribute(event, ttlAttribute);
  const startedAt = parts.clock.now().getTime();
  const first = await attempt(parts, delivery, () => send(parts, delivery, delivery.subscriber, seen));
  warnOfLongErrors(parts, delivery, first);
  if (first.kind === 'failed') return deadLetter(parts, delivery, first);
  const ms = parts.clock.now().getTime() - startedAt;
  parts.onActivity({ kind: 'delivered', trigger, status: first.status, ms, ...identityOf(event) });
  if (first.kind === 'acknowledged') return 'taken';

  const reply = withAttributes(first.reply, { [ttlAttribute]: event.attributes[ttlAttribute] ?? '' });
  parts.onActivity({ kind: 'replied', trigger, ...identityOf(reply) });
  const published = await attempt(parts, delivery, async () => {
    const status = await delivery.publishReply(reply);
    return judgeAnswer({ kind: 'answer', status, headers: {}, body: Buffer.alloc(0) }, 'reply');
  });
  // The subscriber succeeded, and Knative still dead-letters the original event.
  return published.kind === 'failed' ? deadLetter(parts, delivery, published) : 'taken';
}

async function attempt(parts: DeliveryParts, delivery: Delivery, once: () => Promise<Verdict>): Promise<Verdict> {
  for (let retriesDone = 0; ; retriesDone += 1) {
    const verdict = await once();
    if (verdict.kind !== 'failed' || !verdict.isRetryable || retriesDone >= delivery.plan.retry) return verdict;
    if (parts.signal.aborted) return verdict;
    const delayMs = findBackoffMs(delivery.plan, retriesDone) / parts.retryPace;
    parts.onActivity({
      kind: 'retried',
      trigger: delivery.trigger,
      retry: retriesDone + 1,
      reason: String(verdict.code),
      delayMs,
      ...identityOf(delivery.event),
    });
    await wait(parts.clock, delayMs, parts.signal);
  }
}

async function send(parts: DeliveryParts, delivery: Delivery, to: Destination, event: CloudEvent): Promise<Verdict> {
  const url = resolveDestination(to, delivery.namespace, parts.addresses);
  if (url === undefined) {
    const reason = `${describeDestination(to)} does not exist in namespace ${delivery.namespace}`;
    return judgeAnswer({ kind: 'unreachable', reason }, describeDestination(to));
  }
  return judgeAnswer(await postEvent(parts, delivery, url, event), url);
}

function postEvent(parts: DeliveryParts, delivery: Delivery, url: string, event: CloudEvent): Promise<Answer> {
  const { headers, body } = writeBinary(event);
  return post(
    {
      url,
      headers: { ...delivery.passedHeaders, ...headers, prefer: 'reply', 'kn-namespace': delivery.namespace },
      body,
      timeoutMs: delivery.plan.timeoutMs ?? fanOutTimeoutMs,
    },
    parts.clock,
    parts.signal,
  );
}

async function deadLetter(
  parts: DeliveryParts,
  delivery: Delivery,
  failure: Failure,
): Promise<'dead-lettered' | 'lost'> {
  const { plan, trigger, event, namespace } = delivery;
  const identity = identityOf(event);
  const sink = plan.deadLetterSink;
  if (sink !== undefined && !parts.signal.aborted) {
    const failedAt = resolveDestination(delivery.subscriber, namespace, parts.addresses);
    const letter = withAttributes(
      event,
      describeFailure(failure, failedAt ?? describeDestination(delivery.subscriber)),
    );
    const verdict = await attempt(parts, delivery, () => send(parts, delivery, sink, letter));
    if (verdict.kind !== 'failed') {
      parts.onActivity({
        kind: 'dead-lettered',
        trigger,
        code: failure.code,
        to: describeDestination(sink),
        ...identity,
      });
      return 'dead-lettered';
    }
  }
  parts.onActivity({ kind: 'lost', trigger, code: failure.code, ...identity });
  return 'lost';
}

function warnOfLongErrors(parts: DeliveryParts, delivery: Delivery, verdict: Verdict): void {
  if (verdict.kind !== 'failed') return;
  const bytes = Buffer.byteLength(verdict.data);
  if (bytes <= safeErrorBytes) return;
  const message =
    `Trigger ${delivery.trigger}: its subscriber answered ${verdict.code} with ${bytes} bytes; ` +
    `Knative's in-memory channel crashes on error bodies of 769 bytes and more, keep them at ${safeErrorBytes}`;
  parts.onActivity({ kind: 'warning', message });
}

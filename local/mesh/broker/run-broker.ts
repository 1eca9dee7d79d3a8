/** One Broker: accepts events, fans them out to its Triggers, and publishes their replies. */
import type { OnActivity } from '../activity.ts';
import type { Clock } from '../clock.ts';
import { planDelivery } from '../delivery/decide-delivery.ts';
import type { Deliver } from '../delivery/deliver-with-chaos.ts';
import { identityOf, withAttributes } from '../event/cloud-event.ts';
import type { CloudEvent } from '../event/cloud-event.ts';
import { matchesTrigger } from '../event/match-filters.ts';
import type { BrokerSpec, TriggerSpec } from '../manifest/eventing-schemas.ts';
import type { Manifest } from '../manifest/refuse-field.ts';

const ttlAttribute = 'knativebrokerttl';
const firstTtl = 255;

/** By default the in-memory channel answers after its deliveries; a broker on a log answers once the event is in the log. */
export function isAsynchronous(broker: Manifest<BrokerSpec>): boolean {
  const brokerClass = broker.annotations['eventing.knative.dev/broker.class'] ?? 'MTChannelBasedBroker';
  return brokerClass !== 'MTChannelBasedBroker' || broker.annotations['messaging.knative.dev/async-handler'] === 'true';
}

export interface BrokerParts {
  readonly clock: Clock;
  readonly onActivity: OnActivity;
  readonly deliver: Deliver;
  /** The Triggers of the namespace at this moment. */
  readonly listTriggers: (namespace: string) => readonly Manifest<TriggerSpec>[];
}

/**
 * Accepts a valid event and resolves to the ingress's status: 202, or 400 when the event has passed the broker 255 times, or, for a
 * synchronous broker, 500 when a Trigger without dead letter sink failed.
 */
export async function acceptEvent(
  parts: BrokerParts,
  broker: Manifest<BrokerSpec>,
  event: CloudEvent,
  passedHeaders: Readonly<Record<string, string>>,
): Promise<202 | 400 | 500> {
  const ttl = nextTtl(event.attributes[ttlAttribute]);
  if (ttl <= 0) return 400;
  const accepted = withAttributes(event, {
    [ttlAttribute]: String(ttl),
    knativearrivaltime: parts.clock.now().toISOString(),
  });
  parts.onActivity({ kind: 'event', broker: broker.name, ...identityOf(accepted) });
  const deliveries = parts
    .listTriggers(broker.namespace)
    .filter((trigger) => trigger.spec.broker === broker.name && matchesTrigger(trigger.spec, accepted))
    .map((trigger) =>
      parts.deliver({
        trigger: trigger.name,
        namespace: trigger.namespace,
        plan: planDelivery(trigger.spec.delivery, broker.spec),
        subscriber: trigger.spec.subscriber,
        event: accepted,
        passedHeaders,
        publishReply: (reply) => acceptEvent(parts, broker, reply, passedHeaders),
      }),
    );
  if (isAsynchronous(broker)) return 202;
  const outcomes = await Promise.all(deliveries);
  return outcomes.includes('lost') ? 500 : 202;
}

/** Reduces the rounds left of an event that has passed the broker before; a count that is not a number starts anew. */
function nextTtl(present: string | undefined): number {
  const ttl = present === undefined ? Number.NaN : Number(present);
  return Number.isInteger(ttl) ? ttl - 1 : firstTtl;
}

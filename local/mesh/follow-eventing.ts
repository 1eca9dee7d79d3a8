/** The Brokers and Triggers of the namespace. */
import { followObjects } from './follow-objects.ts';
import { resolveDestination } from './manifest/destination.ts';
import type { Addresses } from './manifest/destination.ts';
import { brokerSpec, triggerSpec } from './manifest/eventing-schemas.ts';
import type { BrokerSpec, TriggerSpec } from './manifest/eventing-schemas.ts';
import { brokers, triggers } from './manifest/knative-types.ts';
import { readManifest } from './manifest/refuse-field.ts';
import type { Manifest } from './manifest/refuse-field.ts';
import type { WatchParts } from './watch-for-ever.ts';
import { writeReady } from './write-status.ts';

export type EventingParts = WatchParts & { readonly namespace: string; readonly addresses: Addresses };

export interface Eventing {
  started(): Promise<void>;
  readonly findBroker: (namespace: string, name: string) => Manifest<BrokerSpec> | undefined;
  readonly listTriggers: (namespace: string) => readonly Manifest<TriggerSpec>[];
}

export function followEventing(parts: EventingParts): Eventing {
  const brokersByName = new Map<string, Manifest<BrokerSpec>>();
  const triggersByName = new Map<string, Manifest<TriggerSpec>>();

  async function followBrokers(): Promise<void> {
    await followObjects(parts, brokers, {
      async take(object) {
        const broker = readManifest(brokerSpec, object);
        brokersByName.set(broker.name, broker);
        const url = parts.addresses.brokerUrl(broker.namespace, broker.name);
        await writeReady(parts, brokers, object, { address: { url } });
      },
      drop: (name) => void brokersByName.delete(name),
    });
  }

  async function followTriggers(): Promise<void> {
    await followObjects(parts, triggers, {
      async take(object) {
        const trigger = readManifest(triggerSpec, object);
        triggersByName.set(trigger.name, trigger);
        const subscriberUri = resolveDestination(trigger.spec.subscriber, trigger.namespace, parts.addresses);
        await writeReady(parts, triggers, object, { subscriberUri });
      },
      drop: (name) => void triggersByName.delete(name),
    });
  }

  return {
    async started() {
      await followBrokers();
      await followTriggers();
    },
    findBroker: (namespace, name) => (namespace === parts.namespace ? brokersByName.get(name) : undefined),
    listTriggers: (namespace) => (namespace === parts.namespace ? [...triggersByName.values()] : []),
  };
}

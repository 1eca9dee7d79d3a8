/**
 * What Knative's eventing controllers write so that its data plane works: the channel behind the Broker with a subscriber for each Trigger, and the
 * addresses in every status. The controllers themselves do not run here.
 */
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import { type Addresses, resolveDestination } from '@soteria/local/mesh/manifest/destination.ts';
import { brokerSpec, triggerSpec } from '@soteria/local/mesh/manifest/eventing-schemas.ts';
import { brokers, pingSources, triggers, type UntypedObject } from '@soteria/local/mesh/manifest/knative-types.ts';
import { readManifest } from '@soteria/local/mesh/manifest/refuse-field.ts';
import type { WatchParts } from '@soteria/local/mesh/watch-for-ever.ts';
import { followObjects } from '@soteria/local/mesh/follow-objects.ts';
import { writeReady } from '@soteria/local/mesh/write-status.ts';

const channels = untyped({
  group: 'messaging.knative.dev',
  version: 'v1',
  kind: 'InMemoryChannel',
  plural: 'inmemorychannels',
  isNamespaced: true,
});

/** The dispatcher serves a channel only when all of these conditions hold. */
const channelConditions = [
  'Ready',
  'Addressable',
  'ChannelServiceReady',
  'DeadLetterSinkResolved',
  'DispatcherReady',
  'EndpointsReady',
  'EventPoliciesReady',
  'ServiceReady',
];

export interface EventingParts extends WatchParts {
  readonly namespace: string;
  readonly addresses: Addresses;
  /** The `http://host:port` of each part. */
  readonly ingressUrl: string;
  readonly filterUrl: string;
  readonly dispatcherUrl: string;
}

/** Resolves when Broker, Triggers and PingSources have their addresses; PingSources made later get theirs too. */
export async function controlEventing(parts: EventingParts): Promise<void> {
  const { client, namespace } = parts;
  const all = await client.list(brokers, { namespace });
  for (const broker of all.items) await takeUpBroker(parts, broker);
  await followObjects(parts, pingSources, {
    take: (source) => writeReady(parts, pingSources, source, { sinkUri: `${parts.ingressUrl}/${namespace}/default` }),
    drop: () => undefined,
  });
}

async function takeUpBroker(parts: EventingParts, broker: UntypedObject): Promise<void> {
  const { client, namespace, ingressUrl, filterUrl, dispatcherUrl, addresses } = parts;
  const { name, annotations = {} } = broker.metadata;
  const address = `${ingressUrl}/${namespace}/${name}`;
  const { delivery: brokerDelivery } = readManifest(brokerSpec, broker).spec;
  const found = (await client.list(triggers, { namespace })).items.filter(
    (trigger) => readManifest(triggerSpec, trigger).spec.broker === name,
  );
  const subscribers = [];
  for (const trigger of found) {
    const { metadata } = trigger;
    const { spec } = readManifest(triggerSpec, trigger);
    const delivery = spec.delivery ?? brokerDelivery;
    const deadLetterSinkUri =
      delivery?.deadLetterSink === undefined
        ? undefined
        : resolveDestination(delivery.deadLetterSink, namespace, addresses);
    await writeReady(parts, triggers, trigger, {
      subscriberUri: resolveDestination(spec.subscriber, namespace, addresses),
      ...(deadLetterSinkUri === undefined ? {} : { deadLetterSinkUri }),
    });
    subscribers.push({
      uid: metadata.uid,
      generation: metadata.generation ?? 1,
      name: metadata.name,
      subscriberUri: `${filterUrl}/triggers/${namespace}/${metadata.name}/${metadata.uid}`,
      replyUri: address,
      ...(delivery === undefined
        ? {}
        : { delivery: deliveryOf((trigger['spec'] as WithDelivery).delivery ?? {}, deadLetterSinkUri) }),
    });
  }
  const channel = await makeChannel(client, { namespace, name: `${name}-kne-trigger`, annotations, subscribers });
  await writeReady(parts, channels, channel, {
    address: { url: dispatcherUrl },
    conditions: channelConditions.map((type) => ({ type, status: 'True' })),
  });
  await writeReady(parts, brokers, broker, {
    address: { url: address },
    annotations: { 'knative.dev/channelAddress': dispatcherUrl },
  });
}

interface WithDelivery {
  readonly delivery?: Readonly<Record<string, unknown>>;
}

/** The delivery of the manifest, with the address of the dead letters in place of the reference. */
function deliveryOf(declared: Readonly<Record<string, unknown>>, deadLetterSinkUri: string | undefined): object {
  const { deadLetterSink: _sink, ...rest } = declared;
  return deadLetterSinkUri === undefined ? rest : { ...rest, deadLetterSink: { uri: deadLetterSinkUri } };
}

interface ChannelDraft {
  readonly namespace: string;
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly subscribers: readonly object[];
}

function makeChannel(client: KubernetesClient, draft: ChannelDraft): Promise<UntypedObject> {
  const { namespace, name, annotations, subscribers } = draft;
  return client.create(channels, {
    apiVersion: 'messaging.knative.dev/v1',
    kind: 'InMemoryChannel',
    metadata: {
      namespace,
      name,
      annotations: { ...annotations, 'messaging.knative.dev/subscribable': 'v1' },
    },
    spec: { subscribers },
  });
}

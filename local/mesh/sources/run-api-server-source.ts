/**
 * An ApiServerSource in Reference mode. It sends nothing for objects that exist when it starts or comes back after a gap, and one event
 * is sent at a time per resource: a slow sink delays all that follow.
 */
import type { WatchingClient } from '@soteria/shared/kubernetes/client.ts';
import { apiVersionOf } from '@soteria/shared/kubernetes/resource-type.ts';
import type { ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import type { OnActivity } from '../activity.ts';
import type { ChaosSwitches } from '../chaos.ts';
import type { DeliveryParts } from '../delivery/deliver.ts';
import { identityOf } from '../event/cloud-event.ts';
import type { CloudEvent } from '../event/cloud-event.ts';
import type { UntypedObject } from '../manifest/knative-types.ts';
import { refuse } from '../manifest/refuse-field.ts';
import type { Manifest } from '../manifest/refuse-field.ts';
import type { ApiServerSourceSpec } from '../manifest/source-schemas.ts';
import { watchForEver } from '../watch-for-ever.ts';
import { sendToSink } from './send-to-sink.ts';
import { findWatchedType, watchedKinds } from './watched-kinds.ts';
import { writeSelector } from './write-selector.ts';

export interface ApiServerSourceParts extends DeliveryParts {
  readonly onActivity: OnActivity;
  readonly client: WatchingClient;
  readonly chaos: ChaosSwitches;
  readonly newId: () => string;
  /** The adapter's name for the API server: the events' `source`. */
  readonly apiServerUrl: string;
}

const verbs = { added: 'add', modified: 'update', deleted: 'delete' } as const;

/** Throws `invalid_request` for a kind that is not in the table. `ready` resolves once every watch stands. */
export function runApiServerSource(
  parts: ApiServerSourceParts,
  source: Manifest<ApiServerSourceSpec>,
): { readonly ready: Promise<unknown>; readonly stop: () => void } {
  const stopping = new AbortController();
  const signal = AbortSignal.any([parts.signal, stopping.signal]);
  const types = source.spec.resources.map((resource) => {
    const type = findWatchedType(resource.apiVersion, resource.kind);
    if (type !== undefined) return { type, labelSelector: writeSelector(resource.selector) };
    throw refuse({ kind: 'ApiServerSource', namespace: source.namespace, name: source.name }, [
      `spec.resources: ${resource.apiVersion} ${resource.kind} (it watches ${watchedKinds.join(', ')})`,
    ]);
  });
  const namespace = source.spec.namespaceSelector === undefined ? source.namespace : undefined;
  const watches = types.map(({ type, labelSelector }) =>
    watchForEver({ ...parts, signal }, type, { namespace, labelSelector }, async (change) => {
      // The adapter never reports the objects of a (re)listing: changes in between are lost.
      if (change.type !== 'resync') await tell(verbs[change.type], type, change.object);
    }),
  );

  async function tell(verb: string, type: ResourceType<UntypedObject>, object: UntypedObject): Promise<void> {
    const event = makeReference({ verb, type, object }, parts);
    const identity = identityOf(event);
    if (parts.chaos.dropSourceEvent?.(identity) === true) return;
    const status = await sendToSink({ ...parts, signal }, source.spec.sink, source.namespace, event);
    parts.onActivity({ kind: 'source-event', apiServerSource: source.name, status, ...identity });
  }

  return { ready: Promise.all(watches), stop: () => stopping.abort() };
}

interface Change {
  readonly verb: string;
  readonly type: ResourceType<UntypedObject>;
  readonly object: UntypedObject;
}

export function makeReference(
  { verb, type, object }: Change,
  parts: Pick<ApiServerSourceParts, 'apiServerUrl' | 'newId' | 'clock'>,
): CloudEvent {
  const { name, namespace = '' } = object.metadata;
  const apiVersion = apiVersionOf(type);
  return {
    attributes: {
      specversion: '1.0',
      id: parts.newId(),
      source: parts.apiServerUrl,
      type: `dev.knative.apiserver.ref.${verb}`,
      subject: `/apis/${apiVersion}/namespaces/${namespace}/${type.plural}/${name}`,
      time: parts.clock.now().toISOString(),
      datacontenttype: 'application/json',
      apiversion: apiVersion,
      kind: type.kind,
      name,
      namespace,
    },
    data: Buffer.from(JSON.stringify({ kind: type.kind, namespace, name, apiVersion })),
  };
}

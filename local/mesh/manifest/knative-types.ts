/** The Knative kinds the mesh reads, as the Kubernetes client needs them; the strict schemas here check their content. */
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import type { KubernetesObject, ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';

export type UntypedObject = KubernetesObject & Record<string, unknown>;

function knative(group: string, kind: string, plural: string): ResourceType<UntypedObject> {
  return untyped({ group, version: 'v1', kind, plural, isNamespaced: true });
}

export const knativeServices = knative('serving.knative.dev', 'Service', 'services');
export const brokers = knative('eventing.knative.dev', 'Broker', 'brokers');
export const triggers = knative('eventing.knative.dev', 'Trigger', 'triggers');
export const pingSources = knative('sources.knative.dev', 'PingSource', 'pingsources');
export const apiServerSources = knative('sources.knative.dev', 'ApiServerSource', 'apiserversources');

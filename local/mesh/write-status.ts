/** Tells the API server that an object works and where, as Knative's controllers would. */
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { toSoteriaError } from '@soteria/shared/errors.ts';
import type { ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import type { OnActivity } from './activity.ts';
import type { Clock } from './clock.ts';
import type { UntypedObject } from './manifest/knative-types.ts';

export interface StatusParts {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly onActivity: OnActivity;
  readonly signal: AbortSignal;
}

/** A status that cannot be written is a warning: nothing in the mesh reads it. */
export async function writeReady(
  parts: StatusParts,
  type: ResourceType<UntypedObject>,
  object: UntypedObject,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { name, namespace } = object.metadata;
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: parts.clock.now().toISOString() };
  const status = { observedGeneration: object.metadata.generation ?? 1, conditions: [ready], ...fields };
  try {
    await parts.client.patch(type, { name, namespace }, { status }, { subresource: 'status', signal: parts.signal });
  } catch (thrown) {
    if (parts.signal.aborted) return;
    const { what, why } = toSoteriaError(thrown).explanation;
    const message = `the status of ${object.kind} ${namespace ?? ''}/${name} was not written: ${what}, ${why}`;
    parts.onActivity({ kind: 'warning', message });
  }
}

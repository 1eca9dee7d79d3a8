/** Writes into an object's status that it works and at what address, as Knative's controllers would. */
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
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: parts.clock.now().toISOString() };
  const status = { observedGeneration: object.metadata.generation ?? 1, conditions: [ready], ...fields };
  await write(parts, object, 'status', ({ name, namespace }, signal) =>
    parts.client.patch(type, { name, namespace }, { status }, { subresource: 'status', signal }),
  );
}

/** Writes only to this very object: another object may have its name by now. */
export async function writeFinalizers(
  parts: StatusParts,
  type: ResourceType<UntypedObject>,
  object: UntypedObject,
  finalizers: readonly string[],
): Promise<void> {
  await write(parts, object, 'finalizer', ({ name, namespace, uid }, signal) =>
    parts.client.patch(type, { name, namespace }, { metadata: { uid, finalizers } }, { signal }),
  );
}

async function write(
  { signal, onActivity }: StatusParts,
  { kind, metadata }: UntypedObject,
  part: string,
  patch: (metadata: UntypedObject['metadata'], signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  try {
    await patch(metadata, signal);
  } catch (thrown) {
    const error = toSoteriaError(thrown);
    if (signal.aborted || error.code === 'not_found' || error.code === 'cluster_conflict') return;
    const { what, why } = error.explanation;
    const object = `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
    onActivity({ kind: 'warning', message: `the ${part} of ${object} was not written: ${what}, ${why}` });
  }
}

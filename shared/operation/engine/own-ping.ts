/** A PingSource that a function makes while it needs to be woken, and deletes when it does not. */
import { SoteriaError } from '../../errors.ts';
import { type Sleep, sleepUntilAborted, type Tried, tryAgain } from '../../http/try-again.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { untyped } from '../../kubernetes/core-types.ts';
import { createOrFind } from '../record/create-or-find.ts';
import { managedLabel } from '../record/marks.ts';

export const pingSources = untyped({
  group: 'sources.knative.dev',
  version: 'v1',
  kind: 'PingSource',
  plural: 'pingsources',
  isNamespaced: true,
});

export interface OwnPing {
  /** Starting a source that is there is success. Throws `name_conflict` when one that is being deleted does not go. */
  start(signal?: AbortSignal): Promise<void>;
  stop(signal?: AbortSignal): Promise<void>;
  /** Also while it is being deleted. */
  isThere(signal?: AbortSignal): Promise<boolean>;
}

export interface OwnPingSpec {
  readonly namespace: string;
  readonly name: string;
  /** Five fields, in UTC. */
  readonly schedule: string;
  /** What an error says of the time without it. */
  readonly without: string;
}

/** Knative holds a deleted PingSource by its finalizer for 20 to 130 ms, and for as long as its controller is down. */
const waitsMs = [25, 50, 100, 200, 400] as const;

export function createOwnPing(
  client: KubernetesClient,
  { namespace, name, schedule, without }: OwnPingSpec,
  sleep: Sleep = sleepUntilAborted,
): OwnPing {
  const ref = { namespace, name };
  const labels = { 'app.kubernetes.io/part-of': 'soteria', [managedLabel]: 'true' };
  const draft = {
    apiVersion: 'sources.knative.dev/v1',
    kind: 'PingSource',
    metadata: { ...ref, labels },
    spec: {
      schedule,
      contentType: 'application/json',
      data: '{}',
      sink: { ref: { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default', namespace } },
    },
  };

  /** False: the source that has the name is being deleted, or was deleted since. */
  async function isMade(signal: AbortSignal | undefined): Promise<boolean> {
    const { seen } = await createOrFind(
      () => client.create(pingSources, draft, { signal }),
      () => client.get(pingSources, ref, { signal }),
    );
    return seen !== undefined && seen.metadata.deletionTimestamp === undefined;
  }

  return {
    async start(signal) {
      async function attempt(tries: number): Promise<Tried<boolean>> {
        const value = await isMade(signal);
        return { value, againAfterMs: value ? undefined : waitsMs[tries - 1] };
      }

      if (!(await tryAgain(attempt, sleep, signal))) {
        throw new SoteriaError('name_conflict', {
          what: `PingSource ${namespace}/${name} was not made`,
          why: 'the one before it is being deleted and does not go: its finalizer is Knative’s',
          fix: `check that Knative’s eventing-controller runs; ${without}`,
        });
      }
    },
    stop: (signal) => client.delete(pingSources, ref, { signal }),
    isThere: async (signal) => (await client.get(pingSources, ref, { signal })) !== undefined,
  };
}

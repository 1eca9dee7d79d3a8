/** Keeps one PingSource for each distinct schedule of the policies. A ping only wakes this function: what is due never depends on it. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { pingSources } from '@soteria/shared/operation/engine/own-ping.ts';
import { managedLabel } from '@soteria/shared/operation/record/marks.ts';
import { decidePingSources, type TimedPolicy, type WantedPingSource } from './decide-ping-sources.ts';
import { listPingSources, tickLabel } from './list-ping-sources.ts';

function draftOf({ name, schedule, timeZone, policies }: WantedPingSource, namespace: string) {
  return {
    apiVersion: 'sources.knative.dev/v1',
    kind: 'PingSource',
    metadata: {
      namespace,
      name,
      labels: { 'app.kubernetes.io/part-of': 'soteria', [managedLabel]: 'true', [tickLabel]: 'true' },
      annotations: { 'soteria.dev/policies': policies.join(' ').slice(0, 1_000) },
    },
    spec: {
      schedule,
      timezone: timeZone,
      contentType: 'application/json',
      data: '{}',
      sink: { ref: { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default', namespace } },
    },
  };
}

/** Answers how many were made and removed. A source that is being deleted under a name that is wanted again is made by the next sweep. */
export async function keepPingSources(
  client: KubernetesClient,
  namespace: string,
  policies: readonly TimedPolicy[],
  signal?: AbortSignal,
  listed?: readonly string[],
): Promise<{ readonly created: number; readonly removed: number }> {
  const present = listed ?? (await listPingSources(client, namespace, signal));
  const { create, remove } = decidePingSources(policies, present);
  let created = 0;
  for (const wanted of create) {
    try {
      await client.create(pingSources, draftOf(wanted, namespace), { signal });
      created += 1;
    } catch (error) {
      // Another pod was quicker, or the one before is still being deleted.
      if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
    }
  }
  for (const name of remove) await client.delete(pingSources, { namespace, name }, { signal });
  return { created, removed: remove.length };
}

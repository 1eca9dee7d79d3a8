/**
 * The sweep that comes every two minutes while an operation is open. It is a PingSource: the function that moves an operation to
 * Running creates it, and the sweep that finds nothing open deletes it. It has no owner, because it outlives the operation that
 * needed it first.
 */
import { SoteriaError } from '../../errors.ts';
import { type Sleep, sleepUntilAborted, type Tried, tryAgain } from '../../http/try-again.ts';
import type { Log } from '../../log/log.ts';
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

/** The Trigger `sweep` takes the pings of all sources whose name begins so. */
export const busySweepName = 'sweep-busy';

export interface BusySweep {
  /** Starting a sweep that is there is success. Throws `name_conflict` when one that is being deleted does not go. */
  start(signal?: AbortSignal): Promise<void>;
  stop(signal?: AbortSignal): Promise<void>;
}

/** Knative holds a deleted PingSource by its finalizer for 20 to 130 ms, and for as long as its controller is down. */
const waitsMs = [25, 50, 100, 200, 400] as const;

export function createBusySweep(
  client: KubernetesClient,
  namespace: string,
  sleep: Sleep = sleepUntilAborted,
): BusySweep {
  const ref = { namespace, name: busySweepName };
  const labels = { 'app.kubernetes.io/part-of': 'soteria', [managedLabel]: 'true' };
  const draft = {
    apiVersion: 'sources.knative.dev/v1',
    kind: 'PingSource',
    metadata: { ...ref, labels },
    spec: {
      schedule: '*/2 * * * *',
      contentType: 'application/json',
      data: '{}',
      sink: { ref: { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default', namespace } },
    },
  };

  /** False: the source that has the name is being deleted, or was deleted since. */
  async function isThere(signal: AbortSignal | undefined): Promise<boolean> {
    const { seen } = await createOrFind(
      () => client.create(pingSources, draft, { signal }),
      () => client.get(pingSources, ref, { signal }),
    );
    return seen !== undefined && seen.metadata.deletionTimestamp === undefined;
  }

  return {
    async start(signal) {
      async function attempt(tries: number): Promise<Tried<boolean>> {
        const value = await isThere(signal);
        return { value, againAfterMs: value ? undefined : waitsMs[tries - 1] };
      }

      if (!(await tryAgain(attempt, sleep, signal))) throw staysDeleting(namespace);
    },
    stop: (signal) => client.delete(pingSources, ref, { signal }),
  };
}

function staysDeleting(namespace: string): SoteriaError {
  return new SoteriaError('name_conflict', {
    what: `PingSource ${namespace}/${busySweepName} was not made`,
    why: 'the one before it is being deleted and does not go: its finalizer is Knative’s',
    fix: 'check that Knative’s eventing-controller runs; until it does, only the hourly sweep repairs lost events',
  });
}

/** An operation that is about to run, and those that held a slot when it got its own. */
export interface Wakeful {
  readonly uid: string;
  readonly beside?: readonly string[] | undefined;
}

export type KeepAwake = (wakeful: Wakeful, signal: AbortSignal | undefined) => Promise<void>;

const maxSure = 1_000;

/**
 * No sweep deletes the source while an operation is open, and an operation that holds a slot is open. So the source is still there
 * beside any operation for which it was seen. When the source cannot be made, work goes on: the hourly sweep still comes.
 */
export function createKeepAwake(busySweep: BusySweep, log: Log): KeepAwake {
  const sure = new Set<string>();
  return async ({ uid, beside = [] }, signal) => {
    if (!beside.some((other) => sure.has(other))) {
      sure.clear();
      try {
        await busySweep.start(signal);
      } catch (error) {
        if (!(error instanceof SoteriaError) || error.isRetryable) throw error;
        log.error('busy_sweep_not_started', error);
        return;
      }
    }
    if (sure.size >= maxSure) sure.clear();
    sure.add(uid);
  };
}

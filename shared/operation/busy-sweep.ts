/**
 * The sweep that comes every two minutes while something is open: a PingSource that whoever moves an operation to Running makes,
 * and that the sweep which finds nothing open removes. It has no owner: it outlives the operation that needed it first.
 */
import { SoteriaError } from '../errors.ts';
import type { Log } from '../function/contract.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { untyped } from '../kubernetes/core-types.ts';
import { managedLabel } from './marks.ts';

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
  /** Again is success. */
  start(signal?: AbortSignal): Promise<void>;
  stop(signal?: AbortSignal): Promise<void>;
}

export function createBusySweep(client: KubernetesClient, namespace: string): BusySweep {
  const labels = { 'app.kubernetes.io/part-of': 'soteria', [managedLabel]: 'true' };
  return {
    async start(signal) {
      try {
        await client.create(
          pingSources,
          {
            apiVersion: 'sources.knative.dev/v1',
            kind: 'PingSource',
            metadata: { name: busySweepName, namespace, labels },
            spec: {
              schedule: '*/2 * * * *',
              contentType: 'application/json',
              data: '{}',
              sink: { ref: { apiVersion: 'eventing.knative.dev/v1', kind: 'Broker', name: 'default', namespace } },
            },
          },
          { signal },
        );
      } catch (error) {
        if (!(error instanceof SoteriaError && error.code === 'name_conflict')) throw error;
      }
    },
    stop: (signal) => client.delete(pingSources, { namespace, name: busySweepName }, { signal }),
  };
}

/** An operation that is about to run, and those that held a slot when it got its own. */
export interface Wakeful {
  readonly uid: string;
  readonly beside?: readonly string[] | undefined;
}

export type KeepAwake = (wakeful: Wakeful, signal: AbortSignal | undefined) => Promise<void>;

const maxSure = 1_000;

/**
 * Nobody stops it while an operation is open, and whoever holds a slot is: beside one for which it was seen to be there, it is there
 * still. Work is not held up because the sweep cannot be made to come more often: the hourly one comes all the same.
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

/**
 * The sweep that comes every two minutes while an operation is open. It is a PingSource: the function that moves an operation to
 * Running creates it, and the sweep that finds nothing open deletes it. It has no owner, because it outlives the operation that
 * needed it first.
 */
import { SoteriaError } from '../../errors.ts';
import type { Sleep } from '../../http/try-again.ts';
import type { Log } from '../../log/log.ts';
import type { KubernetesClient } from '../../kubernetes/client.ts';
import { createOwnPing, type OwnPing } from './own-ping.ts';

/** The Trigger `sweep` takes the pings of all sources whose name begins so. */
export const busySweepName = 'sweep-busy';

export type BusySweep = OwnPing;

export function createBusySweep(client: KubernetesClient, namespace: string, sleep?: Sleep): BusySweep {
  const without = 'until it does, only the hourly sweep repairs lost events';
  return createOwnPing(client, { namespace, name: busySweepName, schedule: '*/2 * * * *', without }, sleep);
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

/** Consumes a watch as long as the mesh runs, also when the API server is away for a while. */
import type { WatchingClient, WatchEvent, WatchQuery } from '@soteria/shared/kubernetes/client.ts';
import { toSoteriaError } from '@soteria/shared/errors.ts';
import type { ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import type { OnActivity } from './activity.ts';
import { wait } from './clock.ts';
import type { Clock } from './clock.ts';
import type { UntypedObject } from './manifest/knative-types.ts';

export interface WatchParts {
  readonly client: WatchingClient;
  readonly clock: Clock;
  readonly onActivity: OnActivity;
  readonly signal: AbortSignal;
}

const pauseAfterFailureMs = 2000;

/**
 * Resolves when the first complete list has been consumed (or the first try to get it has failed, which is reported as a
 * warning); goes on consuming, one change at a time, until the signal aborts.
 */
export function watchForEver(
  parts: WatchParts,
  type: ResourceType<UntypedObject>,
  query: WatchQuery,
  consume: (change: WatchEvent<UntypedObject>) => Promise<void> | void,
): Promise<void> {
  return new Promise((onStanding) => {
    async function consumeAll(): Promise<void> {
      let lastWarning = '';
      while (!parts.signal.aborted) {
        try {
          for await (const change of parts.client.watch(type, query, { signal: parts.signal })) {
            await consume(change);
            if (change.type === 'resync') onStanding();
          }
        } catch (thrown) {
          if (!parts.signal.aborted) {
            const { what, why } = toSoteriaError(thrown).explanation;
            const message = `watching ${type.kind} broke off: ${what}, ${why}`;
            // A missing kind stays missing: report it once, and keep trying.
            if (message !== lastWarning) parts.onActivity({ kind: 'warning', message });
            lastWarning = message;
          }
        }
        onStanding();
        if (!parts.signal.aborted) await wait(parts.clock, pauseAfterFailureMs, parts.signal);
      }
    }
    void consumeAll();
  });
}

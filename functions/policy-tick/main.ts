/** Composition root of the function `policy-tick`; only this file exits the process. */
import '@soteria/shared/config/jitless.ts';
import { explainFailedStart, startFunction } from '@soteria/shared/function/start.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { createBusySweep } from '@soteria/shared/operation/engine/busy-sweep.ts';
import { readPaused } from '@soteria/shared/settings/paused.ts';
import { createSlots } from '@soteria/shared/operation/queue/slots.ts';
import { createResend } from '@soteria/shared/events/resend.ts';
import { readPolicyTickSettings } from './config.ts';
import { createLetterBox } from './dead-letters/letter-box.ts';
import type { PruneTools } from './prune/tools.ts';
import { createPolicyStore } from './store/policy-store.ts';
import { definePolicyTick } from './app.ts';

async function main(): Promise<void> {
  const running = await startFunction({
    name: 'policy-tick',
    settings: readPolicyTickSettings(process.env),
    definition: ({ client, authorize, publisher, log, now, settings }) => {
      const { namespace, slotLimits: limits, sink, longhornNamespace, clusterId, heartbeatUrl } = settings;
      const store = createOperationStore(client);
      const slots = createSlots({ client, namespace, limits, now });
      const busySweep = createBusySweep(client, namespace);
      const policies = createPolicyStore(client, namespace);
      const ofLonghorn = { client, store, namespace, longhornNamespace, clusterId, now };
      let prune: Promise<PruneTools> | undefined;
      const loadPrune = async (): Promise<PruneTools> => {
        const { createPrune } = await import('./prune/create-prune.ts');
        return createPrune({ ...ofLonghorn, policies, slots, busySweep, publisher, log });
      };
      return definePolicyTick({
        client,
        store,
        loadCluster: async () => {
          const { createClusterSources } = await import('./evaluate/cluster-sources.ts');
          return createClusterSources(ofLonghorn);
        },
        loadPrune: () => (prune ??= loadPrune()),
        slots,
        busySweep,
        letters: createLetterBox(client, namespace),
        policies,
        sendHeartbeat:
          heartbeatUrl === undefined
            ? undefined
            : async (...args) =>
                (await import('./heartbeat/send-heartbeat.ts')).createSendHeartbeat(heartbeatUrl)(...args),
        publisher,
        resend: createResend(sink, now),
        authorize,
        isPaused: (signal) => readPaused(client, namespace, signal),
        maxParallel: limits.cluster,
        namespace,
        now,
      });
    },
  });
  process.exit(await running.stopped);
}

main().catch((error: unknown) => {
  process.exitCode = explainFailedStart(error, (line) => process.stderr.write(line));
});

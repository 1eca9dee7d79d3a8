/** The function `policy-tick` with all its doors over the in-memory cluster, for this folder's tests. */
import type { ForeignEvent } from '@soteria/shared/events/resend.ts';
import type { OutgoingEvent } from '@soteria/shared/events/outgoing.ts';
import type { Access } from '@soteria/shared/identity/authorize.ts';
import { createFunction } from '@soteria/shared/function/create-function.ts';
import { checkedApp } from '@soteria/shared/http-contract/testing/check-answers.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { createMetrics } from '@soteria/shared/function/metrics.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import { createBusySweep } from '@soteria/shared/operation/engine/busy-sweep.ts';
import { pingSources } from '@soteria/shared/operation/engine/own-ping.ts';
import { longhornSettings, recurringJobs } from '@soteria/shared/longhorn/recurring-jobs.ts';
import { backups, backupTargets, backupVolumes, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import { readPaused } from '@soteria/shared/settings/paused.ts';
import { createSlots } from '@soteria/shared/operation/queue/slots.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { definePolicyTick } from './app.ts';
import { createClusterSources } from './evaluate/cluster-sources.ts';
import type { Evaluated } from './evaluate/evaluate-policies.ts';
import { createLetterBox } from './dead-letters/letter-box.ts';
import { policySecretName } from './policy/stored-policies.ts';
import { createPrune } from './prune/create-prune.ts';
import { createPolicyStore } from './store/policy-store.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };

export interface BenchOptions {
  readonly onResend?: () => Promise<unknown>;
  /** Throws what the sink answers to an event of this type. */
  readonly onPublish?: (type: string) => void;
  readonly onAuthorize?: (access: Access) => unknown;
  readonly onHeartbeat?: (evaluated: Evaluated) => unknown;
}

export function createTestBench({ onResend, onPublish, onAuthorize, onHeartbeat }: BenchOptions = {}) {
  let time = Date.parse('2026-08-20T02:00:00Z');
  const now = () => new Date(time);
  const cluster = createMemoryCluster({
    now,
    namespaces: ['shop', 'soteria', 'longhorn-system'],
    kinds: [
      customKind(operations, { selectableFields: ['status.phase', 'status.settled', 'spec.kind'] }),
      ...[pingSources, backups, backupTargets, backupVolumes, volumes, recurringJobs, longhornSettings].map((one) =>
        customKind(one),
      ),
    ],
  });
  const { client } = cluster;
  const namespace = 'soteria';
  cluster.seed({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: policySecretName } });
  const store = createOperationStore(client);
  const slots = createSlots({ client, namespace, limits: { cluster: 2, node: 2, repository: 1 }, now });
  const published: OutgoingEvent[] = [];
  const resent: ForeignEvent[] = [];
  const busySweep = createBusySweep(client, namespace);
  const policies = createPolicyStore(client, namespace);
  const publisher = {
    publish: async (event: OutgoingEvent) => {
      onPublish?.(event.type);
      published.push(event);
    },
  };
  const ofLonghorn = { client, store, namespace, longhornNamespace: 'longhorn-system', clusterId: 'cluster-1', now };
  const prune = createPrune({ ...ofLonghorn, policies, slots, busySweep, publisher, log: silent });
  const definition = definePolicyTick({
    client,
    store,
    loadCluster: () => Promise.resolve(createClusterSources(ofLonghorn)),
    loadPrune: () => Promise.resolve(prune),
    slots,
    busySweep,
    letters: createLetterBox(client, namespace),
    policies,
    sendHeartbeat: async (evaluated) => void onHeartbeat?.(evaluated),
    publisher,
    resend: async (event) => {
      resent.push(event);
      await onResend?.();
    },
    authorize: async (_caller, access) => {
      onAuthorize?.(access);
    },
    isPaused: (signal) => readPaused(client, namespace, signal),
    maxParallel: 2,
    namespace,
    now,
  });
  const app = checkedApp(
    createFunction(definition, {
      authenticate: () => Promise.resolve({ user: 'anonymous', groups: [], proof: 'none' }),
      log: silent,
      metrics: createMetrics(),
      now,
      settings: { unsignedEvents: 'backup', maxBodyBytes: 1_048_576, deadlineMs: 5_000 },
    }),
  );
  return { app, cluster, client, store, slots, published, resent, now, pass: (ms: number) => (time += ms) };
}

/** Puts together what moving a Prune works with; loaded with the first wake-up of one. */
import type { FactTools } from '@soteria/shared/events/announce-fact.ts';
import { publishDue } from '@soteria/shared/events/publish-due.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { createLonghornRestores } from '@soteria/shared/longhorn/restore-resources.ts';
import { type BusySweep, createKeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import { createOneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import type { Slots } from '@soteria/shared/operation/queue/slots.ts';
import { createWaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { resolvePolicy } from '../policy/resolve-policy.ts';
import { notePruned, readPolicyMemory } from '../store/policy-memory.ts';
import type { PolicyStore } from '../store/policy-store.ts';
import { createPruneAnnounce } from './announce-prune.ts';
import { createHolds } from './holds.ts';
import { createLonghornPoints } from './longhorn-points.ts';
import type { PruneMemory, PruneTools } from './tools.ts';

export interface PruneOptions extends FactTools {
  readonly client: KubernetesClient;
  readonly store: OperationStore;
  readonly policies: Pick<PolicyStore, 'read'>;
  readonly slots: Slots;
  readonly busySweep: BusySweep;
  /** Soteria's own. */
  readonly namespace: string;
  readonly longhornNamespace: string;
  readonly clusterId: string | undefined;
  readonly now: () => Date;
}

export function createPruneMemory({
  client,
  policies,
  namespace,
  now,
}: Pick<PruneOptions, 'client' | 'policies' | 'namespace' | 'now'>): PruneMemory {
  return {
    async policyOf(id, signal) {
      const [book, memory] = await Promise.all([policies.read(signal), readPolicyMemory(client, namespace, signal)]);
      const found = book.policies.find(({ policy }) => policy.id === id);
      return found && { policy: resolvePolicy(found.policy), hasPruned: memory.get(id)?.prunedAt !== undefined };
    },
    notePruned: (id, signal) => notePruned(client, namespace, { id, at: now() }, signal),
  };
}

export function createPrune(options: PruneOptions): PruneTools {
  const { client, store, slots, busySweep, namespace, longhornNamespace, clusterId, publisher, log, now } = options;
  const at = { namespace: longhornNamespace };
  return {
    store,
    points: createLonghornPoints({
      longhorn: createLonghorn(client, at),
      restores: createLonghornRestores(client, at),
      now,
    }),
    cluster: createClusterReader(client, clusterId, namespace, now),
    verified: createVerifiedPoints(client, namespace),
    holds: createHolds(client, namespace),
    memory: createPruneMemory(options),
    slots,
    keepAwake: createKeepAwake(busySweep, log),
    line: createWaitingLine({ store, now }),
    wakeOther: (operation, causationId, signal) => publishDue(publisher, operation, { causationId }, signal),
    inTurn: createOneAtATime(),
    announce: createPruneAnnounce({ publisher, log }),
    now,
  };
}

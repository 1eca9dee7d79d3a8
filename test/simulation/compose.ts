/** The functions as their `main.ts` compose them, but over a simulated process's connection and publisher. */
import { defineBackup } from '@soteria/backup/app.ts';
import { createAnnounce } from '@soteria/backup/announce.ts';
import type { BackupTools } from '@soteria/backup/tools.ts';
// Loaded before a history begins: what loads in the middle of one changes its order.
import '@soteria/policy-tick/doors/wake-prune.ts';
import '@soteria/policy-tick/evaluate/evaluate-policies.ts';
import '@soteria/policy-tick/policy/read-policies.ts';
import '@soteria/shared/yaml.ts';
import { createClusterSources } from '@soteria/policy-tick/evaluate/cluster-sources.ts';
import { definePolicyTick } from '@soteria/policy-tick/app.ts';
import { createLetterBox } from '@soteria/policy-tick/dead-letters/letter-box.ts';
import type { AdvancePruneTools } from '@soteria/policy-tick/prune/advance-prune.ts';
import { createPrune } from '@soteria/policy-tick/prune/create-prune.ts';
import { createPolicyStore } from '@soteria/policy-tick/store/policy-store.ts';
import type { PolicyTickTools } from '@soteria/policy-tick/tools.ts';
import type { Action } from '../../drivers/longhorn/backup/action.ts';
import { createLonghornBackups } from '../../drivers/longhorn/backup/driver.ts';
import type { Situation } from '../../drivers/longhorn/backup/situation.ts';
import type { Publisher } from '@soteria/shared/events/publish.ts';
import type { FunctionDefinition } from '@soteria/shared/function/contract.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import { createBusySweep, createKeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import { createOneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import { createWaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import { rememberKnown } from '@soteria/shared/operation/engine/remember-known.ts';
import { readPaused } from '@soteria/shared/settings/paused.ts';
import { publishDue } from '@soteria/shared/events/publish-due.ts';
import { createSlots, type Slots } from '@soteria/shared/operation/queue/slots.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { longhornNamespace } from './longhorn/objects.ts';

export const silent: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silent,
};

const namespace = 'soteria';
const hourMs = 3_600_000;

export const limits = { cluster: 2, node: 2, repository: 1 };

/** Shorter than the shipped ones, so that a history need not cover weeks. */
export const rules = {
  defaultMode: 'incremental',
  stallMs: hourMs,
  deadlineMs: 6 * hourMs,
  maxAttempts: 3,
  retryMs: 150_000,
} as const;

export interface Surroundings {
  readonly client: KubernetesClient;
  readonly publisher: Publisher;
  readonly now: () => Date;
  readonly sleep: () => Promise<void>;
}

/** Planted bugs: what replaces a part of the real thing. */
export interface Mutation {
  readonly decide?: (situation: Situation) => Action;
  readonly longhorn?: (longhorn: Longhorn) => Longhorn;
  readonly slots?: (slots: Slots) => Slots;
  readonly change?: (tools: BackupTools) => BackupTools;
  readonly tick?: (tools: PolicyTickTools) => PolicyTickTools;
  readonly prune?: (tools: AdvancePruneTools) => AdvancePruneTools;
  /** Event types that nobody listens to. */
  readonly deafTo?: readonly string[];
}

function slotsOver({ client, now }: Surroundings, { slots: disturb = (slots) => slots }: Mutation): Slots {
  return disturb(createSlots({ client, namespace, limits, now }));
}

export function composeBackup(surroundings: Surroundings, mutation: Mutation): BackupTools {
  const { client, publisher, now, sleep } = surroundings;
  const store = createOperationStore(client);
  const cluster = createClusterReader(client, 'cluster-1', namespace, now);
  const { longhorn: disturb = (real) => real } = mutation;
  const longhorn = createLonghornBackups({
    longhorn: disturb(createLonghorn(client, { namespace: longhornNamespace })),
    cluster,
    store,
    now,
    checkReachability: () => Promise.resolve({ isReachable: true }),
  });
  const tools: BackupTools = {
    store,
    cluster,
    drivers: { longhorn },
    announce: createAnnounce({ publisher, log: silent }),
    slots: slotsOver(surroundings, mutation),
    wakeOther: (operation, causationId, signal) => publishDue(publisher, operation, { causationId }, signal),
    authorize: () => Promise.resolve(),
    verified: { proofs: () => Promise.resolve([]), proofOf: () => Promise.resolve(undefined) },
    rules,
    settings: { driver: 'longhorn', authRequired: false },
    now,
    inTurn: createOneAtATime(),
    line: createWaitingLine({ store: createOperationStore(client), now }),
    memory: rememberKnown(),
    keepAwake: createKeepAwake(createBusySweep(client, namespace, sleep), silent),
    ...(mutation.decide === undefined ? {} : { decide: mutation.decide }),
  };
  return mutation.change === undefined ? tools : mutation.change(tools);
}

export function doorsOfBackup(tools: BackupTools, { deafTo = [] }: Mutation): FunctionDefinition {
  const definition = defineBackup(tools);
  const heard = Object.entries(definition.on).filter(([type]) => !deafTo.includes(type));
  return { ...definition, on: Object.fromEntries(heard) };
}

export function composePolicyTick(surroundings: Surroundings, mutation: Mutation): FunctionDefinition {
  const { client, publisher, now, sleep } = surroundings;
  const store = createOperationStore(client);
  const slots = slotsOver(surroundings, mutation);
  const busySweep = createBusySweep(client, namespace, sleep);
  const policies = createPolicyStore(client, namespace);
  const ofLonghorn = { client, store, namespace, longhornNamespace: 'longhorn-system', clusterId: 'cluster-1', now };
  const { tick = (tools) => tools, prune: disturb = (tools) => tools } = mutation;
  const prune = disturb(createPrune({ ...ofLonghorn, policies, slots, busySweep, publisher, log: silent }));
  const tools: PolicyTickTools = {
    client,
    store,
    loadCluster: () => Promise.resolve(createClusterSources(ofLonghorn)),
    loadPrune: () => Promise.resolve(prune),
    slots,
    busySweep,
    letters: createLetterBox(client, namespace),
    policies,
    publisher,
    resend: () => Promise.resolve(),
    authorize: () => Promise.resolve(),
    isPaused: (signal) => readPaused(client, namespace, signal),
    maxParallel: 10,
    namespace,
    now,
  };
  return definePolicyTick(tick(tools));
}

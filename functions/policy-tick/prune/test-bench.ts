/** Prunes over the in-memory cluster and the fake Longhorn, for this folder's tests; the process may be killed at any call. */
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { createFakeLonghorn } from '@soteria/shared/longhorn/fake.ts';
import type { RestoreVolume } from '@soteria/shared/longhorn/port-restore.ts';
import { pointIdOf } from '@soteria/shared/longhorn/restore-points.ts';
import { createOneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import { createSlots } from '@soteria/shared/operation/queue/slots.ts';
import { createWaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import { type Operation, type OperationStatus, operations } from '@soteria/shared/operation/record/schema.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { createKiller, Killed } from '@soteria/shared/operation/record/testing/killer.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { readPolicies } from '../policy/read-policies.ts';
import { resolvePolicy } from '../policy/resolve-policy.ts';
import { askForPrunes } from '../evaluate/ask-for-prunes.ts';
import { lookAtCluster } from '../evaluate/look-at-cluster.ts';
import { readPolicyMemory } from '../store/policy-memory.ts';
import { advancePrune, type AdvancePruneTools } from './advance-prune.ts';
import { createPruneMemory } from './create-prune.ts';
import { createHolds } from './holds.ts';
import { createLonghornPoints } from './longhorn-points.ts';

export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };
const dayMs = 86_400_000;

export function createPruneBench(retention: object | undefined = { keepLast: 2, breaker: 100 }) {
  let time = Date.parse('2026-05-01T00:00:00Z');
  const now = () => new Date(time);
  const cluster = createMemoryCluster({
    now,
    namespaces: ['shop', 'soteria'],
    kinds: [customKind(operations, { selectableFields: ['status.phase', 'status.settled', 'spec.kind'] })],
  });
  const { client } = cluster;
  const claim = { namespace: 'shop', name: 'data', uid: 'claim-uid' };
  cluster.seed(
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: claim,
      spec: { volumeName: 'pv' },
      status: { phase: 'Bound' },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pv' },
      spec: { csi: { driver: 'driver.longhorn.io', volumeHandle: 'vol' }, claimRef: claim },
    },
  );
  const longhorn = createFakeLonghorn({ now });
  const killer = createKiller();
  const restoring: RestoreVolume[] = [];
  const announced: string[] = [];
  let policies: Record<string, object> = { nightly: { schedule: '0 2 * * *', ...(retention && { retention }) } };
  const book = () => {
    const data = Object.fromEntries(
      Object.entries(policies).map(([id, policy]) => [id, JSON.stringify({ id, namespaceSelector: {}, ...policy })]),
    );
    return readPolicies({ api: { kind: 'Secret', namespace: 'soteria', name: 'soteria-policies', data }, git: [] });
  };
  const store = createOperationStore(client);
  const ofPolicies = {
    client,
    namespace: 'soteria',
    now,
    policies: { read: async () => ({ version: '1', ...(await book()) }) },
  };
  const slots = createSlots({ client, namespace: 'soteria', limits: { cluster: 3, node: 3, repository: 1 }, now });
  const reader = createClusterReader(client, 'cluster-1');
  const verified = createVerifiedPoints(client, 'soteria');
  const holds = createHolds(client, 'soteria');
  let isPaused = false;
  const tools: AdvancePruneTools = {
    store: killer.guard(store),
    points: killer.guard(
      createLonghornPoints({
        longhorn,
        restores: { listVolumes: () => Promise.resolve(restoring), requestSync: () => Promise.resolve() },
        now,
      }),
    ),
    cluster: killer.guard({ ...reader, isPaused: () => Promise.resolve(isPaused) }),
    verified: killer.guard(verified),
    holds: killer.guard(holds),
    memory: killer.guard(createPruneMemory(ofPolicies)),
    slots: killer.guard(slots),
    keepAwake: killer.guard({ start: () => Promise.resolve() }).start,
    line: createWaitingLine({ store: killer.guard(store), now }),
    wakeOther: () => Promise.resolve(),
    inTurn: createOneAtATime(),
    announce: killer.guard({
      send: ({ metadata }: Operation, fact: string) => {
        announced.push(`${metadata.name} ${fact}`);
        return Promise.resolve();
      },
    }).send,
    now,
  };
  const sources = {
    longhornNamespace: 'longhorn-system',
    client,
    store: killer.guard(store),
    longhorn: killer.guard(longhorn),
    verified: killer.guard(verified),
    holds: killer.guard(holds),
    ownClusters: (signal?: AbortSignal) => reader.ownClusters(signal),
    identity: (signal?: AbortSignal) => reader.identity(signal),
    now,
  };

  /** A killed process says nothing; a transient refusal is redelivered: both are the next wake-up's. */
  async function surviving<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Killed || (error instanceof SoteriaError && error.isRetryable)) return undefined;
      throw error;
    }
  }

  async function evaluate(): Promise<void> {
    const memory = await readPolicyMemory(client, 'soteria');
    const all = (await book()).policies.map(({ policy }) => resolvePolicy(policy));
    await surviving(async () => {
      const seen = await lookAtCluster(sources, () => sources.store.list({}));
      await askForPrunes({ store: sources.store, namespace: 'soteria' }, sources, {
        policies: all,
        seen,
        memory,
        due: new Set(),
      });
    });
  }

  const prunes = async () => store.list({ namespace: 'soteria', fieldSelector: 'spec.kind=Prune' });

  async function wake(): Promise<void> {
    for (const { metadata } of await prunes()) {
      await surviving(() => advancePrune(tools, { namespace: 'soteria', name: metadata.name }, { log: silent }));
    }
  }

  const names = async () => (await longhorn.backups.list({})).map(({ name }) => name).toSorted();

  return {
    client,
    cluster,
    longhorn,
    store,
    slots,
    tools,
    sources,
    verified,
    holds,
    killer,
    announced,
    restoring,
    now,
    evaluate,
    wake,
    prunes,
    names,
    pass: (ms: number) => void (time += ms),
    pause: (value: boolean) => void (isPaused = value),
    setPolicies: (next: Record<string, object>) => void (policies = next),
    /** The policy has pruned before: no yes is waited for. */
    trust: (policy = 'nightly') => createPruneMemory(ofPolicies).notePruned(policy),
    /** A restorable point of now, made by the policy; `p1`, `p2`, … A day later. */
    async addPoint(name: string, { policy = 'nightly', volume = 'vol', clusterUid = '' } = {}): Promise<string> {
      longhorn.volumes.add({ name: volume });
      const snapshot = `${name}-${time}`;
      await longhorn.snapshots.create({ name: snapshot, volume, marks: {} }, { isDryRun: false });
      longhorn.finishSnapshot(snapshot);
      const catalogue = {
        [catalogueKeys.managed]: 'true',
        [catalogueKeys.namespace]: 'shop',
        [catalogueKeys.pvc]: 'data',
        [catalogueKeys.clusterId]: 'cluster-1',
        ...(clusterUid === '' ? {} : { [catalogueKeys.clusterUid]: clusterUid }),
        ...(policy === '' ? {} : { [catalogueKeys.policy]: policy }),
      };
      const draft = { name, volume, backupTargetName: 'default', snapshotName: snapshot, mode: 'incremental' as const };
      await longhorn.backups.create({ ...draft, marks: {}, catalogue }, { isDryRun: false });
      longhorn.finishBackup(name);
      time += dayMs;
      const made = await longhorn.backups.get(name);
      return made === undefined ? '' : pointIdOf(made);
    },
    /** A backup of the claim that ended so, as the record of an Operation. */
    async addAttempt(name: string, phase: OperationStatus['phase']): Promise<void> {
      const spec = { kind: 'Backup', request: { pvc: 'data', policy: 'nightly' } } as const;
      const made = await store.create({ namespace: 'shop', name, spec });
      await store.replaceStatus(made, { phase, progress: 0, message: '', steps: [], settled: true });
      time += 1_000;
    },
    async judge(point: string, outcome: 'verified' | 'refuted', strength = 'checksums'): Promise<void> {
      time += 1_000;
      await verified.keep({ namespace: 'shop', pvc: 'data', point, outcome, strength, at: now().toISOString() });
    },
    /** Wake-ups, Longhorn's readings and sweeps, until nothing is open. */
    async settle(rounds = 40): Promise<void> {
      for (let round = 0; round < rounds; round += 1) {
        await wake();
        time += 60_000;
        longhorn.syncTargets();
        if ((await prunes()).every(({ status }) => status?.settled === true)) return;
      }
    },
  };
}

/** Of a policy that has pruned before, with points `p1`, `p2`, … */
export async function benchWith(points: number, retention?: object) {
  const bench = createPruneBench(retention);
  await bench.trust();
  const ids: string[] = [];
  for (let count = 1; count <= points; count += 1) ids.push(await bench.addPoint(`p${count}`));
  return { ...bench, ids };
}

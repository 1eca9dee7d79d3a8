/** Restores over the in-memory cluster with the real adapters; Longhorn and the binder move by the decisions of `local`; for tests. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { decideClaim } from '@soteria/local/longhorn/decide-claim.ts';
import { decideRestore } from '@soteria/local/longhorn/decide-restore.ts';
import { decideVolume } from '@soteria/local/longhorn/decide-volume.ts';
import { isRestored, statusAfter } from '@soteria/local/longhorn/restore-status.ts';
import { conditionOf } from '@soteria/local/longhorn/with-condition.ts';
import type { VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { createFunction } from '@soteria/shared/function/create-function.ts';
import { checkedApp } from '@soteria/shared/http-contract/testing/check-answers.ts';
import { createMetrics } from '@soteria/shared/function/metrics.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import {
  persistentVolumeClaims,
  persistentVolumes,
  type PersistentVolumeClaim,
} from '@soteria/shared/kubernetes/core-types.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { createBackingImages } from '@soteria/shared/longhorn/backing-images.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { createNodeRooms } from '@soteria/shared/longhorn/node-room.ts';
import {
  backups,
  backupTargets,
  backupVolumes,
  engines,
  snapshots,
  volumes,
} from '@soteria/shared/longhorn/resource-types.ts';
import { createLonghornRestores } from '@soteria/shared/longhorn/restore-resources.ts';
import { keepAdopted } from '@soteria/shared/settings/adopted-clusters.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import { createOneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import { rememberKnown } from '@soteria/shared/operation/engine/remember-known.ts';
import type { WakeOther } from '@soteria/shared/operation/queue/follow-end.ts';
import { createWaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import { createSlots } from '@soteria/shared/operation/queue/slots.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { createVerifiedPoints, type VerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import type { AdvanceTools } from './advance.ts';
import { defineRestore } from './app.ts';
import { createProofJobs } from '@soteria/shared/verification/proof-jobs.ts';
import { createTestBudget } from './proof/test-budget.ts';
import { createLonghornInstallation } from './self-test/longhorn-installation.ts';
import { createVerdicts } from './self-test/verdicts.ts';
import type { Rules } from '../../drivers/restore/world.ts';
import type { RestoreDrivers, RestoreParts } from '../../drivers/restore/driver.ts';
import { createClaims } from '../../drivers/restore/claims.ts';
import { createLonghornRestoreDriver } from '../../drivers/longhorn/restore/driver.ts';
import { shape } from '../../drivers/longhorn/restore/fixtures.ts';

export const silent: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => silent,
};

export const rules: Rules = {
  stallMs: 3_600_000,
  deadlineMs: 86_400_000,
  maxAttempts: 2,
  readingMs: 900_000,
  runnerImage: 'soteria:test',
  maxParallelTests: 3,
  maxTestBytesPerDay: 1_000_000n,
};
const longhornNamespace = 'longhorn-system';
const nodeName = 'node-1';
const clusterId = 'cluster-1';
const backupBackingImages = {
  group: 'longhorn.io',
  version: 'v1beta2',
  kind: 'BackupBackingImage',
  plural: 'backupbackingimages',
};
const longhornNodes = { group: 'longhorn.io', version: 'v1beta2', kind: 'Node', plural: 'nodes' };
export const backingImages = {
  group: 'longhorn.io',
  version: 'v1beta2',
  kind: 'BackingImage',
  plural: 'backingimages',
};

export interface BackupSeed {
  readonly name: string;
  readonly at: string;
  readonly pvc?: string;
  readonly shape?: object;
  readonly catalogue?: Readonly<Record<string, string>>;
  /** Bytes of its blocks. */
  readonly size?: string;
}

/** A completed backup as Longhorn shows it. */
export function backupObject({
  name,
  at,
  pvc = 'data',
  shape: change = {},
  catalogue,
  size = '4096',
}: BackupSeed): JsonObject {
  const own = {
    [catalogueKeys.managed]: 'true',
    [catalogueKeys.clusterId]: clusterId,
    [catalogueKeys.namespace]: 'shop',
    [catalogueKeys.pvc]: pvc,
    [catalogueKeys.claimShape]: JSON.stringify({ ...shape, pvc, ...change }),
  };
  return {
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'Backup',
    metadata: { name, namespace: longhornNamespace, labels: { 'backup-volume': 'vol-1', 'backup-target': 'default' } },
    spec: { snapshotName: name },
    status: {
      state: 'Completed',
      progress: 100,
      url: `s3://bucket@region/?backup=${name}&volume=vol-1`,
      snapshotName: name,
      snapshotCreatedAt: at,
      backupCreatedAt: at,
      lastSyncedAt: at,
      volumeName: 'vol-1',
      volumeSize: '1073741824',
      size,
      backupTargetName: 'default',
      labels: catalogue ?? own,
    },
  };
}

/** `moreDrivers`: beside Longhorn in the table. */
export function createTestBench(moreDrivers: (parts: RestoreParts) => Partial<RestoreDrivers> = () => ({})) {
  let time = Date.parse('2026-01-31T01:30:01Z');
  const now = () => new Date(time);
  const cluster = createMemoryCluster({
    now,
    namespaces: ['shop', 'soteria', longhornNamespace],
    kinds: [
      customKind(operations, { selectableFields: ['spec.kind', 'status.phase', 'status.settled'] }),
      ...[volumes, backups, backupTargets, backupVolumes, engines, snapshots].map((kind) => customKind(kind)),
      customKind({ ...backingImages, isNamespaced: true }),
      customKind({ ...backupBackingImages, isNamespaced: true }),
      customKind({ ...longhornNodes, isNamespaced: true }),
      customKind({ group: 'longhorn.io', version: 'v1beta2', kind: 'Setting', plural: 'settings', isNamespaced: true }),
    ],
  });
  cluster.seed({
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'BackupTarget',
    metadata: { name: 'default', namespace: longhornNamespace },
    spec: { backupTargetURL: 's3://bucket@region/' },
    status: { available: true, lastSyncedAt: '2026-01-31T01:29:00Z' },
  });
  cluster.seed({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'longhorn' },
    allowVolumeExpansion: true,
  });
  const { client } = cluster;
  cluster.onAdmit(volumes, ({ operation, object }) =>
    operation === 'CREATE'
      ? {
          object: {
            ...object,
            metadata: { ...object.metadata, finalizers: ['longhorn.io'] },
            spec: { ...(object['spec'] as JsonObject), size: '1073741824' },
          },
        }
      : undefined,
  );
  const faults = {
    isFaulted: 0,
    /** What the engine says of each replica then. */
    restoreErrors: [] as readonly string[],
    unscheduled: undefined as string | undefined,
    /** A workload waits for the claim: it has the volume as soon as that is restored. */
    hasEagerWorkload: false,
  };

  async function tellErrors(volume: string, errors: readonly string[]): Promise<void> {
    const at = { name: `${volume}-e-0`, namespace: longhornNamespace };
    if ((await client.get(engines, at)) === undefined) {
      const metadata = { ...at, labels: { longhornvolume: volume } };
      const engine = { apiVersion: 'longhorn.io/v1beta2', kind: 'Engine', metadata, spec: { volumeName: volume } };
      await client.create(engines, engine);
    }
    const replicas = errors.map((error, index) => [`tcp://10.0.0.${index}:1`, { state: 'error', error }] as const);
    const status = { restoreStatus: Object.fromEntries(replicas) };
    await client.patch(engines, at, { status }, { subresource: 'status' });
  }

  /** The status after one look of Longhorn; undefined: nothing more happens at once. */
  async function lookAt({ metadata: { name }, status }: Pick<VolumeResource, 'metadata' | 'status'>) {
    const state = status?.state ?? '';
    const robustness = status?.robustness ?? '';
    if (isRestored({ status })) {
      const isInUse = faults.hasEagerWorkload;
      const step = decideVolume({ name, state, robustness, isInUse, tickets: 0, faults: {}, nodeName });
      return step === undefined && status?.frontendDisabled !== true ? undefined : { ...step, frontendDisabled: false };
    }
    const scheduled = conditionOf(status?.conditions, 'Scheduled');
    const action = decideRestore({
      name,
      state,
      isInitiated: status?.restoreInitiated === true,
      hasFailed: robustness === 'faulted',
      unscheduled: scheduled?.status === 'False' ? (scheduled.message ?? '') : undefined,
      isTargetAvailable: true,
      isSlotFree: true,
      faults: {
        ...(faults.unscheduled === undefined ? {} : { unschedulable: faults.unscheduled }),
        faultedRestore: faults.isFaulted > 0,
      },
    });
    if (action.type === 'nothing' || action.type === 'waitForSlot') return undefined;
    if (action.type === 'fail') {
      faults.isFaulted -= 1;
      await tellErrors(name, faults.restoreErrors);
    }
    const step = action.type === 'advance' ? { type: 'finish' as const } : action;
    return statusAfter(step, { status }, { now: now().toISOString(), nodeName });
  }

  async function moveVolumes(): Promise<void> {
    for (const { metadata, status: before } of (await client.list(volumes, { namespace: longhornNamespace })).items) {
      const { name, namespace = '', deletionTimestamp } = metadata;
      if (deletionTimestamp !== undefined) {
        await client.patch(volumes, { name, namespace }, { metadata: { finalizers: null } });
        continue;
      }
      let status = before;
      // A restore that has begun is seen running before it ends.
      for (
        let next = await lookAt({ metadata, status });
        next !== undefined;
        next = await lookAt({ metadata, status })
      ) {
        status = Object.assign({}, status, next);
        if (status.state === 'attached' && before?.state !== 'attached') break;
      }
      if (status !== before) await client.patch(volumes, { name, namespace }, { status }, { subresource: 'status' });
    }
  }

  async function bindClaims(): Promise<void> {
    for (const claim of (await client.list(persistentVolumeClaims)).items) {
      const { name, namespace = '' } = claim.metadata;
      const persistentVolume = await client.get(persistentVolumes, { name: claim.spec?.volumeName ?? 'none' });
      const action = decideClaim({ claim, persistentVolume, hasVolume: true, storageClasses: [] });
      if (action.type === 'grow') {
        const capacity = claim.spec?.resources?.requests;
        await client.patch(persistentVolumes, action.persistentVolume.metadata, { spec: { capacity } });
      } else if (action.type === 'bind') {
        const status = { phase: 'Bound', capacity: action.persistentVolume.spec?.capacity };
        await client.patch(persistentVolumeClaims, { name, namespace }, { status }, { subresource: 'status' });
      }
    }
  }

  const store = createOperationStore(client);
  const slots = createSlots({ client, namespace: 'soteria', limits: { cluster: 10, node: 3, repository: 3 }, now });
  const announced: string[] = [];
  const verified = createVerifiedPoints(client, 'soteria');
  const longhorn = createLonghorn(client, { namespace: longhornNamespace });
  const restores = createLonghornRestores(client, { namespace: longhornNamespace });
  const wakeOther: WakeOther = () => Promise.resolve();
  const shared = {
    store,
    cluster: createClusterReader(client, clusterId),
    claims: createClaims(client),
    proofs: createProofJobs(client),
    keepAwake: () => Promise.resolve(),
    wakeOther,
    now,
  };
  const parts = {
    ...shared,
    longhorn,
    restores,
    images: createBackingImages(client, { namespace: longhornNamespace }),
    rooms: createNodeRooms(client, { namespace: longhornNamespace }),
  };
  const tools: AdvanceTools & { readonly verified: VerifiedPoints } = {
    ...shared,
    drivers: { longhorn: createLonghornRestoreDriver(parts), ...moreDrivers(shared) },
    verified,
    slots,
    budget: createTestBudget({ client, namespace: 'soteria', limitBytes: rules.maxTestBytesPerDay, now }),
    announce: (operation, fact) => {
      announced.push(`${operation.metadata.name} ${fact}`);
      return Promise.resolve();
    },
    selfTest: {
      rules: { deadlineMs: 1_800_000, runnerImage: 'soteria:test' },
      port: longhorn,
      restores,
      longhorn: createLonghornInstallation(client, { namespace: longhornNamespace }),
      verdicts: createVerdicts(client, 'soteria'),
      announce: (operation, fact) => {
        announced.push(`${operation.metadata.name} ${fact}`);
        return Promise.resolve();
      },
    },
    rules,
    inTurn: createOneAtATime(),
    line: createWaitingLine({ store, now }),
    memory: rememberKnown(),
  };

  const refused = new Set<string>();
  const app = checkedApp(
    createFunction(
      defineRestore({
        ...tools,
        longhornNamespace,
        adoptions: { keep: (adopted, signal) => keepAdopted(client, 'soteria', adopted, signal) },
        authorize: (_caller, { namespace = 'all', of }) =>
          refused.has(of === undefined ? namespace : `${of.plural} in ${namespace}`)
            ? Promise.reject(new SoteriaError('forbidden', { what: namespace, why: 'refused', fix: 'none' }))
            : Promise.resolve(),
      }),
      {
        authenticate: () => Promise.resolve({ user: 'ann', groups: [], proof: 'token' }),
        log: silent,
        metrics: createMetrics(),
        now,
        settings: { unsignedEvents: 'backup', maxBodyBytes: 65_536, deadlineMs: 5_000 },
      },
    ),
  );
  return {
    app,
    /** Namespaces in which the caller may do nothing; `all`: not in all of them at once. */
    refused,
    cluster,
    client,
    store,
    slots,
    tools,
    parts,
    announced,
    faults,
    now,
    pass: (ms: number) => void (time += ms),
    seedBackups: (...seeds: readonly BackupSeed[]) => cluster.seed(...seeds.map(backupObject)),
    /** Longhorn and the binder move everything one step. */
    async step() {
      await moveVolumes();
      await bindClaims();
    },
    getClaim: (name: string): Promise<PersistentVolumeClaim | undefined> =>
      client.get(persistentVolumeClaims, { namespace: 'shop', name }),
    /** Everything a restore makes, by name. */
    async everythingMade(): Promise<string[]> {
      const lists = [
        (await client.list(persistentVolumeClaims)).items,
        (await client.list(persistentVolumes)).items,
        (await client.list(volumes)).items,
      ];
      return lists.flat().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    },
  };
}

export type TestBench = ReturnType<typeof createTestBench>;

/** The tools of a bench, over other parts than its own. */
export function withParts({ tools, parts }: Pick<TestBench, 'tools' | 'parts'>, change: Partial<TestBench['parts']>) {
  const all = { ...parts, ...change };
  const { store, cluster, claims, proofs, longhorn: port, restores } = all;
  return {
    ...tools,
    store,
    cluster,
    claims,
    proofs,
    drivers: { longhorn: createLonghornRestoreDriver(all) },
    selfTest: { ...tools.selfTest, port, restores },
  };
}

/**
 * A restore whose process dies at its n-th request to a real API server, for every n, before the request is sent or after it was
 * answered: with the rights of the function's ServiceAccount, and the local Longhorn moving real bytes. It always ends in the claim,
 * or, when cancelled, without a trace, and objects of other operations stay as they were.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differences, digestFolder } from '@soteria/local/demo/compare-trees.ts';
import { type LocalJobs, startJobs } from '@soteria/local/jobs/start-jobs.ts';
import { foldersIn } from '@soteria/local/longhorn/folders.ts';
import { ensureLonghornObjects } from '@soteria/local/longhorn/seed.ts';
import { type LocalLonghorn, startLonghorn } from '@soteria/local/longhorn/start-longhorn.ts';
import { silentLog } from '@soteria/local/longhorn/testing/start-local-longhorn.ts';
import { type AdvanceTools, advanceOperation } from '../../functions/restore/advance.ts';
import { createRestoreDrivers } from '../../drivers/drivers.ts';
import { createClaims } from '../../drivers/restore/claims.ts';
import { createProofJobs } from '@soteria/shared/verification/proof-jobs.ts';
import { createTestBudget } from '../../functions/restore/proof/test-budget.ts';
import { createLonghornInstallation } from '../../functions/restore/self-test/longhorn-installation.ts';
import { createVerdicts } from '../../functions/restore/self-test/verdicts.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { WatchingClient } from '@soteria/shared/kubernetes/client.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { jobs, persistentVolumeClaims, persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import { createWatchingClient } from '@soteria/shared/kubernetes/watching-client.ts';
import { snapshotDraft } from '@soteria/shared/longhorn/contract.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { backups, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { createLonghornRestores } from '@soteria/shared/longhorn/restore-resources.ts';
import { createBusySweep, createKeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import {
  catalogueKeys,
  heldByLabel,
  operationUidLabel,
  temporaryLabel,
} from '@soteria/shared/operation/record/marks.ts';
import { createOneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { createSlots } from '@soteria/shared/operation/queue/slots.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { createKiller, Killed } from '@soteria/shared/operation/record/testing/killer.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { createWaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleFunctions } from '../../scripts/bundle-functions.ts';
import { applyInstallation } from '../manifests/apply-installation.ts';
import { type ApiServer, startApiServer } from '../servers/api-server.ts';
import { installCrds, readOwnCrds, readReferenceCrds } from '../servers/install-crds.ts';
import { describeWithControllers } from '../servers/require-api-server.ts';
import { mintToken } from '../servers/service-account.ts';
import { waitUntil } from '../servers/wait-until.ts';

const longhornNamespace = 'longhorn-system';
const limits = { cluster: 10, node: 3, repository: 3 };
const rules = {
  stallMs: 600_000,
  deadlineMs: 600_000,
  maxAttempts: 2,
  readingMs: 600_000,
  runnerImage: 'ghcr.io/soteria-dev/soteria:0.1.0',
  maxParallelTests: 3,
  maxTestBytesPerDay: 2n ** 40n,
};
const point = 'point';

/** The tools as `main.ts` builds them, new for each process. */
function createProcess(client: WatchingClient): AdvanceTools {
  const now = () => new Date();
  const parts = {
    store: createOperationStore(client),
    cluster: createClusterReader(client, undefined),
    claims: createClaims(client),
    proofs: createProofJobs(client),
    keepAwake: createKeepAwake(createBusySweep(client, 'soteria'), silentLog),
    wakeOther: () => Promise.resolve(),
    now,
  };
  return {
    ...parts,
    drivers: createRestoreDrivers({ ...parts, client, settings: { longhornNamespace } }),
    verified: createVerifiedPoints(client, 'soteria'),
    slots: createSlots({ client, namespace: 'soteria', limits, now }),
    budget: createTestBudget({ client, namespace: 'soteria', limitBytes: rules.maxTestBytesPerDay, now }),
    announce: () => Promise.resolve(),
    selfTest: {
      rules,
      longhorn: createLonghornInstallation(client, { namespace: longhornNamespace }),
      port: createLonghorn(client, { namespace: longhornNamespace }),
      restores: createLonghornRestores(client, { namespace: longhornNamespace }),
      verdicts: createVerdicts(client, 'soteria'),
      announce: () => Promise.resolve(),
    },
    rules,
    line: createWaitingLine({ store: createOperationStore(client), now }),
    inTurn: createOneAtATime(),
  };
}

describeWithControllers('a restore that is killed at any request', () => {
  let server: ApiServer;
  let longhorn: LocalLonghorn;
  let localJobs: LocalJobs;
  let admin: WatchingClient;
  let own: WatchingClient;
  let dataDir = '';
  let original = new Map<string, string>();

  beforeAll(async () => {
    server = await startApiServer({ isAuditKept: true });
    await installCrds(server.adminClient, [...readReferenceCrds(), ...readOwnCrds()]);
    await server.startControllerManager();
    await applyInstallation(server.adminClient);
    const open = (token: string) =>
      createWatchingClient({ server: new URL(server.url), ca: server.caPem, token: () => Promise.resolve(token) });
    admin = open(server.adminToken);
    own = open(await mintToken(server.adminClient, { namespace: 'soteria', name: 'restore' }));
    await ensureLonghornObjects(admin, { namespace: longhornNamespace });
    dataDir = await mkdtemp(join(tmpdir(), 'soteria-killed-'));
    const pace = { stepMs: 2, attachMs: 2, waitMs: 5 };
    longhorn = await startLonghorn({ client: admin, dataDir, log: silentLog, pace });
    await bundleFunctions({ outDir: join(dataDir, 'functions') });
    localJobs = await startJobs({
      client: admin,
      bundlesFolder: join(dataDir, 'functions'),
      dataDir: join(dataDir, 'jobs'),
      claimFolder: (namespace, claim) => foldersIn(dataDir).claim(namespace, claim),
      accountEnv: () => Promise.resolve({}),
      log: silentLog,
      onLine: () => undefined,
      pollMs: 20,
    });
    await server.adminClient.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    await backUp();
    await makeForeign();
  });
  afterAll(async () => {
    await localJobs.stop();
    await longhorn.stop();
    await rm(dataDir, { recursive: true, force: true });
    await server.stop();
  });

  const folderOf = (claim: string) => foldersIn(dataDir).claim('shop', claim);

  async function backUp(): Promise<void> {
    const source = { namespace: 'shop', name: 'data' };
    await admin.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: source,
      spec: {
        storageClassName: 'longhorn',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '64Mi' } },
      },
    });
    const volume = await waitUntil('the claim is bound', async () => {
      const claim = await admin.get(persistentVolumeClaims, source);
      return claim?.status?.phase === 'Bound' && claim.spec?.volumeName;
    });
    await writeFile(join(folderOf('data'), 'file.bin'), Buffer.alloc(300_000, 'soteria'));
    original = await digestFolder(folderOf('data'));
    const port = createLonghorn(admin, { namespace: longhornNamespace });
    await port.snapshots.create(snapshotDraft(point, volume), { isDryRun: false });
    await waitUntil('the snapshot is ready', async () => (await port.snapshots.get(point))?.isReady);
    const catalogue = { [catalogueKeys.namespace]: 'shop', [catalogueKeys.pvc]: 'data' };
    const draft = { name: point, volume, backupTargetName: 'default', snapshotName: point } as const;
    await port.backups.create({ ...draft, mode: 'full', marks: {}, catalogue }, { isDryRun: false });
    await waitUntil('the backup is restorable', async () => {
      const backup = await port.backups.get(point);
      return backup !== undefined && whyNotRestorable(backup) === undefined;
    });
  }

  /** Objects that look most like ours: they belong to another operation that has not finished. */
  async function makeForeign(): Promise<void> {
    const labels = { [temporaryLabel]: 'true', [operationUidLabel]: 'somebody-else' };
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: 'none' };
    await admin.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 'shop', name: 'foreign', labels },
      spec: { ...spec, resources: { requests: { storage: '1Gi' } } },
    });
    await admin.create(persistentVolumes, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'foreign', labels },
      spec: { ...spec, capacity: { storage: '1Gi' }, csi: { driver: 'other', volumeHandle: 'foreign' } },
    });
  }

  async function everything() {
    const lists = [
      (await admin.list(persistentVolumeClaims)).items,
      (await admin.list(persistentVolumes)).items,
      (await admin.list(volumes)).items,
      (await admin.list(jobs)).items,
    ];
    return lists.flat();
  }

  async function uidsOfForeign(): Promise<string[]> {
    const foreign = (await everything()).filter(({ metadata }) => ['foreign', 'data'].includes(metadata.name));
    return foreign.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid}`);
  }

  const madeBy = async ({ metadata }: Operation) =>
    (await everything()).filter((one) => one.metadata.labels?.[operationUidLabel] === metadata.uid);

  /** A process that wakes up once; false when it was killed on its way. */
  async function wakeUp(client: WatchingClient, { metadata }: Operation): Promise<boolean> {
    const ref = { namespace: 'shop', name: metadata.name };
    try {
      await advanceOperation(createProcess(client), ref, { log: silentLog });
      return true;
    } catch (error) {
      if (error instanceof Killed) return false;
      if (error instanceof SoteriaError && error.isRetryable) return true;
      throw error;
    }
  }

  const read = async ({ metadata }: Operation) =>
    createOperationStore(admin).get({ namespace: 'shop', name: metadata.name });

  async function runToRest(operation: Operation): Promise<Operation> {
    return waitUntil(`${operation.metadata.name} is settled`, async () => {
      await wakeUp(own, operation);
      const now = await read(operation);
      if (now?.status?.settled === true) return now;
      throw new Error(JSON.stringify(now?.status));
    });
  }

  async function expectNothingLeft(operation: Operation): Promise<void> {
    const left = await waitUntil('Longhorn has removed what is deleted', async () => {
      const made = await madeBy(operation);
      return made.every(({ metadata }) => metadata.deletionTimestamp === undefined) && made;
    });
    expect(left.filter(({ metadata }) => metadata.labels?.[temporaryLabel] !== undefined)).toEqual([]);
    const held = await admin.get(backups, { namespace: longhornNamespace, name: point });
    expect(held?.metadata.labels?.[heldByLabel]).toBeUndefined();
    expect(await createProcess(admin).slots.entries()).toEqual([]);
  }

  let count = 0;
  async function ask(): Promise<Operation> {
    count += 1;
    const target = `restored-${count}`;
    const spec = { kind: 'Restore' as const, request: { pvc: 'data', targetPvc: target } };
    return createOperationStore(own).create({ namespace: 'shop', name: `soteria-restore-${target}`, spec });
  }

  /** Wakes the restore with a process that dies at its n-th request; true when the process died before the restore was at rest. */
  async function killAt(operation: Operation, requests: number, isAfter: boolean): Promise<boolean> {
    const killer = createKiller();
    killer.arm(requests, isAfter);
    const dying = killer.guard(own);
    for (let wakeUps = 0; wakeUps < 50; wakeUps += 1) {
      if (!(await wakeUp(dying, operation))) return true;
      if ((await read(operation))?.status?.settled === true) return false;
      await waitUntil('Longhorn has done its part', async () => {
        const made = await madeBy(operation);
        const volume = made.find(({ kind }) => kind === 'Volume') as { status?: Record<string, unknown> } | undefined;
        const { restoreInitiated, restoreRequired, state } = volume?.status ?? {};
        return restoreInitiated === true && restoreRequired === false && state === 'detached';
      });
    }
    throw new Error('it did not come to rest');
  }

  it.each([
    ['before it is sent', false],
    ['after it was answered', true],
  ])(
    'ends in the claim, killed at each request %s',
    async (_title, isAfter) => {
      const foreign = await uidsOfForeign();
      let requests = 0;
      for (; ; requests += 1) {
        const operation = await ask();
        const wasKilled = await killAt(operation, requests, isAfter);
        const ended = await runToRest(operation);
        expect(ended.status?.phase, `killed at request ${requests}: ${JSON.stringify(ended.status)}`).toBe('Succeeded');
        const claim = ended.status?.result?.claim ?? '';
        expect(differences(original, await digestFolder(folderOf(claim)))).toEqual([]);
        expect(await madeBy(operation)).toHaveLength(3);
        await expectNothingLeft(operation);
        if (!wasKilled) break;
      }
      // Otherwise no process was killed in the middle of its work.
      expect(requests).toBeGreaterThan(20);
      expect(await uidsOfForeign()).toEqual(foreign);
    },
    400_000,
  );

  it('leaves nothing behind, killed at each request and then cancelled', async () => {
    const foreign = await uidsOfForeign();
    let cancelled = 0;
    for (let requests = 0; ; requests += 1) {
      const operation = await ask();
      const isAfter = requests % 2 === 0;
      const wasKilled = await killAt(operation, requests, isAfter);
      await createOperationStore(admin).requestCancel({ namespace: 'shop', name: operation.metadata.name });
      const killer = createKiller();
      killer.arm(requests, !isAfter);
      await wakeUp(killer.guard(own), operation);
      const ended = await runToRest(operation);
      const isDone = ended.status?.phase === 'Succeeded';
      if (!isDone) {
        expect(ended.status?.phase, `killed at request ${requests}`).toBe('Cancelled');
        cancelled += 1;
      }
      await expectNothingLeft(operation);
      expect(await madeBy(operation)).toHaveLength(isDone ? 3 : 0);
      if (!wasKilled) break;
    }
    expect(cancelled).toBeGreaterThan(10);
    expect(await uidsOfForeign()).toEqual(foreign);
  }, 400_000);

  /** Wakes a test until it is at rest, or until its process has died at its n-th request; then another process continues. */
  async function playTest(operation: Operation, requests: number, isAfter: boolean): Promise<boolean> {
    const killer = createKiller();
    killer.arm(requests, isAfter);
    const dying = killer.guard(own);
    return waitUntil('it is at rest, or was killed', async () => {
      if (!(await wakeUp(dying, operation))) return 'killed' as const;
      if ((await read(operation))?.status?.settled === true) return 'at rest' as const;
      throw new Error(JSON.stringify((await read(operation))?.status));
    }).then((how) => how === 'killed');
  }

  it('ends in its verdict and leaves nothing, as a restore test with a command, killed at each request', async () => {
    const command = {
      image: rules.runnerImage,
      argv: ['/nodejs/bin/node', '-e', "require('fs').statSync('file.bin')"],
    };
    const request = { pvc: 'data', verify: { minFiles: 1, sampleChecksums: 1, command } };
    let requests = 0;
    for (; ; requests += 1) {
      const name = `soteria-restoretest-data-${requests}`;
      const spec = { kind: 'RestoreTest' as const, request };
      const operation = await createOperationStore(own).create({ namespace: 'shop', name, spec });
      const wasKilled = await playTest(operation, requests, requests % 2 === 0);
      const ended = await runToRest(operation);
      expect(ended.status, `killed at request ${requests}`).toMatchObject({
        phase: 'Succeeded',
        result: { proof: { outcome: 'verified', strength: 'application', files: 1 } },
      });
      await expectNothingLeft(operation);
      await waitUntil('nothing of it is left', async () => (await madeBy(operation)).length === 0);
      if (!wasKilled) break;
    }
    expect(requests).toBeGreaterThan(30);
    const kept = await createVerifiedPoints(admin, 'soteria').proofOf('shop', 'data');
    expect(kept?.points).toMatchObject([{ outcome: 'verified', strength: 'application', files: 1 }]);
  }, 500_000);
});

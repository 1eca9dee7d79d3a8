/** Self-tests over the in-memory cluster: the verdict, every way to fail, and nothing left whatever happens to the process. */
import { createAdaptorServer } from '@hono/node-server';
import { SoteriaError } from '@soteria/shared/errors.ts';
import {
  configMaps,
  jobs,
  namespaces,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
} from '@soteria/shared/kubernetes/core-types.ts';
import { backups, backupVolumes, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { proofNamespace } from '@soteria/shared/operation/record/claim-ref.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import { type Operation, type OperationRequest, operations } from '@soteria/shared/operation/record/schema.ts';
import { createKiller, Killed } from '@soteria/shared/operation/record/testing/killer.ts';
import { waitingStepOf } from '@soteria/shared/operation/engine/waits.ts';
import { encodeVerdict, type Verdict } from '@soteria/shared/verification/verdict.ts';
import fc from 'fast-check';
import supertest from 'supertest';
import { describe, expect, it, vi } from 'vitest';
import { advanceOperation, selfTestTools } from '../advance.ts';
import { shape } from '../../../drivers/longhorn/restore/fixtures.ts';
import { backupObject, createTestBench, silent, withParts } from '../test-bench.ts';
import { claimNames, isTestPoint } from './about-self-test.ts';
import { tidyDeletedTests } from './tidy-deleted.ts';
import { selfTestWaits } from './waits.ts';
import { selfTestFactOf } from './announce-self-test.ts';

vi.setConfig({ testTimeout: 60_000 });

const good: Verdict = {
  version: 1,
  outcome: 'verified',
  strength: 'checksums',
  weaker: [],
  files: 4,
  folders: 2,
  bytes: 8_388_608,
  sampled: 4,
  durationMs: 12,
  checks: [],
};
const name = 'soteria-selftest-longhorn-20260131-013001';
const ref = { namespace: proofNamespace, name };
const longhornNamespace = 'longhorn-system';

interface Weather {
  /** How the Job of each task ends; null: without a verdict. */
  readonly jobs?: Readonly<Record<string, Verdict | null>>;
  readonly isRetained?: boolean;
  readonly foreignVolume?: string;
  readonly backupPhase?: 'Succeeded' | 'Failed';
  readonly isBackupStuck?: boolean;
  /** The description of the test's volume says this too. */
  readonly described?: Readonly<Record<string, string>>;
  /** Somebody else has backed the test's volume up. */
  readonly hasOthersBackup?: boolean;
}

async function setUp(request: OperationRequest = {}, weather: Weather = {}, isAsked = true) {
  const bench = createTestBench();
  const { client, store, cluster } = bench;
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: proofNamespace } });
  cluster.seed({
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'Setting',
    metadata: { name: 'current-longhorn-version', namespace: longhornNamespace },
    value: 'v1.10.1',
  });
  // Somebody's point and claim, which must be there afterwards as they were before.
  bench.seedBackups({ name: 'precious', at: '2026-01-30T01:00:00Z' });
  const killer = createKiller();
  const { store: ownStore, restores, claims, proofs, cluster: reader, longhorn } = bench.parts;
  const { slots, selfTest } = bench.tools;
  const guarded = killer.guard({ store: ownStore, restores, claims, proofs, slots, cluster: reader, longhorn });
  const parts = {
    ...selfTest,
    port: guarded.longhorn,
    restores: guarded.restores,
    ...killer.guard({ longhorn: selfTest.longhorn, verdicts: selfTest.verdicts }),
    announce: killer.guard({ send: selfTest.announce }).send,
  };
  const woken: string[] = [];
  const wakeOther = (operation: Operation) => {
    woken.push(operation.metadata.name);
    return Promise.resolve();
  };
  const tools = { ...withParts(bench, { ...guarded, wakeOther }), ...guarded, selfTest: parts, wakeOther };
  if (isAsked) await store.create({ ...ref, spec: { kind: 'SelfTest', request } });

  /** Kubernetes makes a volume for each claim that has none. */
  async function provision(): Promise<void> {
    for (const claim of (await client.list(persistentVolumeClaims, { namespace: proofNamespace })).items) {
      if ((claim.spec?.volumeName ?? '') !== '') continue;
      const { name: claimName, namespace = '', uid } = claim.metadata;
      const volume = weather.foreignVolume ?? `pvc-${uid}`;
      cluster.seed(
        {
          apiVersion: 'longhorn.io/v1beta2',
          kind: 'Volume',
          metadata: { name: volume, namespace: longhornNamespace, finalizers: ['longhorn.io'] },
          spec: { size: '67108864', fromBackup: '' },
          status: { restoreInitiated: true, restoreRequired: false, state: 'detached' },
        },
        {
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          metadata: { name: volume },
          spec: {
            persistentVolumeReclaimPolicy: weather.isRetained === true ? 'Retain' : 'Delete',
            claimRef: { namespace, name: claimName, uid },
            csi: { driver: 'driver.longhorn.io', volumeHandle: volume },
          },
        },
      );
      await client.patch(persistentVolumeClaims, { namespace, name: claimName }, { spec: { volumeName: volume } });
    }
  }

  /** The provisioner removes what it made, once the claim is gone. */
  async function reclaim(): Promise<void> {
    for (const { metadata, spec } of (await client.list(persistentVolumes)).items) {
      const { name: claimName = '', namespace, uid } = spec?.claimRef ?? {};
      if (spec?.persistentVolumeReclaimPolicy !== 'Delete' || uid === undefined) continue;
      if ((await client.get(persistentVolumeClaims, { namespace, name: claimName }))?.metadata.uid === uid) continue;
      await client.delete(persistentVolumes, { name: metadata.name });
      await client.delete(volumes, { namespace: longhornNamespace, name: metadata.name });
    }
  }

  /** The function that moves backups. */
  async function backUp(): Promise<void> {
    for (const operation of (await client.list(operations, { namespace: proofNamespace })).items) {
      if (operation.spec.kind !== 'Backup' || operation.status?.settled === true) continue;
      const { namespace = '', uid } = operation.metadata;
      const pvc = operation.spec.request.pvc ?? '';
      const claim = await client.get(persistentVolumeClaims, { namespace, name: pvc });
      const isCancelled = operation.spec.cancelRequested === true;
      if (weather.isBackupStuck === true && !isCancelled) continue;
      const phase = isCancelled ? 'Cancelled' : (weather.backupPhase ?? 'Succeeded');
      const volume = claim?.spec?.volumeName ?? '';
      const backup = `backup-${uid}`;
      if (phase === 'Succeeded') {
        const catalogue = {
          [catalogueKeys.managed]: 'true',
          [catalogueKeys.clusterId]: 'cluster-1',
          [catalogueKeys.namespace]: namespace,
          [catalogueKeys.pvc]: pvc,
          [catalogueKeys.operationUid]: uid,
          [catalogueKeys.claimShape]: JSON.stringify({ ...shape, namespace, pvc }),
        };
        const seed = backupObject({ name: backup, at: '2026-01-31T01:31:00Z', pvc, catalogue });
        const labels = { 'backup-volume': volume, 'backup-target': 'default' };
        cluster.seed({
          apiVersion: 'longhorn.io/v1beta2',
          kind: 'BackupVolume',
          metadata: { name: `${volume}-0a1b`, namespace: longhornNamespace, labels },
          spec: { backupTargetName: 'default', volumeName: volume },
          status: { labels: { ...catalogue, ...weather.described } },
        });
        cluster.seed({
          ...seed,
          metadata: { name: backup, namespace: longhornNamespace, labels },
          status: { ...(seed['status'] as object), volumeName: volume },
        });
        if (weather.hasOthersBackup === true) {
          const other = backupObject({ name: 'others', at: '2026-01-31T01:31:30Z', catalogue: {} });
          const status = { ...(other['status'] as object), volumeName: volume };
          cluster.seed({ ...other, metadata: { name: 'others', namespace: longhornNamespace, labels }, status });
        }
      }
      const result = phase === 'Succeeded' ? { restorePoint: `longhorn:default/${backup}`, backup } : undefined;
      const status = { phase, progress: 100, message: `the backup is ${phase}`, steps: [], settled: true, result };
      await client.patch(operations, operation.metadata, { status }, { subresource: 'status' });
    }
  }

  async function endJobs(): Promise<void> {
    for (const job of (await client.list(jobs)).items) {
      if (job.status?.conditions !== undefined) continue;
      const { uid, namespace = '', name: jobName } = job.metadata;
      const task = job.spec?.template.spec?.containers[0]?.args?.[1] ?? '';
      const said = weather.jobs?.[task];
      const verdict = said === undefined ? good : said;
      const owner = { apiVersion: 'batch/v1', kind: 'Job', name: jobName, uid };
      const pod = { name: jobName, namespace, labels: { 'job-name': jobName }, ownerReferences: [owner] };
      await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: pod, spec: { containers: [] } });
      const exitCode = verdict?.outcome === 'verified' ? 0 : 1;
      const message = verdict === null ? 'Killed' : encodeVerdict(verdict);
      const containerStatuses = [{ name: 'verify', state: { terminated: { exitCode, reason: 'Error', message } } }];
      await client.patch(pods, pod, { status: { containerStatuses } }, { subresource: 'status' });
      const conditions = [{ type: exitCode === 0 ? 'Complete' : 'Failed', status: 'True' }];
      await client.patch(jobs, { name: jobName, namespace }, { status: { conditions } }, { subresource: 'status' });
    }
  }

  async function wake(operation = name): Promise<void> {
    try {
      await advanceOperation(tools, { namespace: proofNamespace, name: operation }, { log: silent });
    } catch (error) {
      if (!(error instanceof Killed) && !(error instanceof SoteriaError && error.isRetryable)) throw error;
    }
  }

  async function play(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      bench.pass(1_500);
      await wake();
      killer.disarm();
      for (const { metadata, spec, status } of await store.list({ namespace: proofNamespace })) {
        if (spec.kind === 'Restore' && status?.settled !== true) await wake(metadata.name);
      }
      await provision();
      await bench.step();
      await backUp();
      await endJobs();
      await reclaim();
    }
  }

  async function read(): Promise<Operation> {
    const operation = await store.get(ref);
    if (operation === undefined) throw new Error('the Operation is gone');
    return operation;
  }

  return {
    ...bench,
    tools,
    killer,
    wake,
    play,
    read,
    woken,
    cancel: () => store.requestCancel(ref),
    async end() {
      await play(20);
      return read();
    },
    async left() {
      const lists = [
        (await client.list(persistentVolumeClaims)).items,
        (await client.list(persistentVolumes)).items,
        (await client.list(volumes)).items,
        (await client.list(jobs)).items,
        (await client.list(backups)).items,
        (await client.list(backupVolumes)).items,
      ];
      return lists.flat().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    },
    async verdict() {
      const config = await client.get(configMaps, { namespace: 'soteria', name: 'soteria-selftest' });
      return JSON.parse(config?.data?.['last'] ?? 'null') as object | null;
    },
  };
}

const onlyPrecious = ['Backup precious'];
const theDescription = /^BackupVolume pvc-/;

describe('what describes the volume of a self-test on the target', () => {
  it('is deleted when the test has removed its point', async () => {
    const world = await setUp();
    await world.end();
    expect(await world.left()).toEqual(onlyPrecious);
  });

  it.each([
    ['it describes a point of another namespace', { described: { [catalogueKeys.namespace]: 'shop' } }],
    ['it describes a point of another claim', { described: { [catalogueKeys.pvc]: 'data' } }],
    ['it describes a point of another operation', { described: { [catalogueKeys.operationUid]: 'another' } }],
    ['a backup of somebody else is in the folder', { hasOthersBackup: true }],
  ])('stays when %s', async (_title, weather) => {
    const world = await setUp({}, weather);
    expect((await world.end()).status).toMatchObject({ phase: 'Succeeded', settled: true });
    expect((await world.left()).filter((one) => theDescription.test(one))).toHaveLength(1);
  });
});

describe('a self-test', () => {
  it.each([{ isRetained: false }, { isRetained: true }])(
    'passes, says how long each step took on which Longhorn, and leaves nothing ($isRetained)',
    async (weather) => {
      const world = await setUp({}, weather);
      const operation = await world.end();
      expect(operation.status).toMatchObject({ phase: 'Succeeded', settled: true, progress: 100 });
      expect(operation.status?.steps.map((step) => step.name)).toEqual([
        'claim',
        'write',
        'backup',
        'restore',
        'compare',
      ]);
      const { selfTest } = operation.status?.result ?? {};
      expect(selfTest).toMatchObject({ longhornVersion: 'v1.10.1', storageClass: 'longhorn', bytes: '8388608' });
      const { claimMs = 0, writeMs = 0, backupMs = 0, restoreMs = 0, compareMs = 0, totalMs = 0 } = selfTest ?? {};
      expect(claimMs + writeMs + backupMs + restoreMs + compareMs).toBe(totalMs);
      expect(Math.min(writeMs, backupMs, restoreMs, compareMs)).toBeGreaterThan(0);
      expect(await world.left()).toEqual(onlyPrecious);
      expect(world.announced).toContain(`${name} passed`);
      expect(selfTestFactOf(operation, 'passed')).toMatchObject({
        type: 'dev.soteria.selftest.passed.v1',
        data: { longhorn_version: 'v1.10.1', total_ms: totalMs },
      });
      expect(await world.verdict()).toMatchObject({ outcome: 'passed', longhornVersion: 'v1.10.1', operation: name });
      // The function that moves backups was asked to look at its own.
      expect(world.woken.every((one) => one.startsWith('soteria-backup-soteria-selftest-'))).toBe(true);
      expect(world.woken.length).toBeGreaterThan(0);
    },
  );

  it('makes the claim as the request says', async () => {
    const world = await setUp({ storageClass: 'longhorn-fast', size: '128Mi' });
    await world.play(1);
    const { items } = await world.client.list(persistentVolumeClaims, { namespace: proofNamespace });
    expect(items).toMatchObject([
      { spec: { storageClassName: 'longhorn-fast', resources: { requests: { storage: '128Mi' } } } },
    ]);
  });

  const refuted: Verdict = {
    ...good,
    outcome: 'refuted',
    checks: [{ name: 'bytes_equal', outcome: 'failed', detail: 'known-0.bin differs at or after byte 65536' }],
  };
  it.each<[string, Weather, string, RegExp]>([
    ['the bytes that come back are other', { jobs: { compare: refuted } }, 'compare', /differs at or after byte 65536/],
    ['the comparing Job dies', { jobs: { compare: null } }, 'compare', /no verdict/],
    ['nothing can be written', { jobs: { write: null } }, 'write', /no verdict/],
    ['the backup fails', { backupPhase: 'Failed' }, 'backup', /ended as Failed: the backup is Failed/],
    [
      'the claim gets somebody’s volume',
      { foreignVolume: 'precious-pv' },
      'write',
      /precious-pv, which was not made for it/,
    ],
  ])('fails and says where when %s', async (_title, weather, step, why) => {
    const world = await setUp({}, weather);
    const operation = await world.end();
    expect(operation.status).toMatchObject({ phase: 'Failed', settled: true, error: { code: 'selftest_failed' } });
    expect(operation.status?.error?.what).toContain(`"${step}"`);
    expect(operation.status?.error?.why).toMatch(why);
    expect(operation.status?.steps.at(-1)).toMatchObject({ name: step, state: 'failed' });
    expect(await world.verdict()).toMatchObject({ outcome: 'failed' });
    const left = await world.left();
    // A claim over a volume that is not its own stays, with the volume: deleting it might delete somebody's data.
    if (weather.foreignVolume === undefined) expect(left).toEqual(onlyPrecious);
    else expect(left).toEqual(expect.arrayContaining(['PersistentVolume precious-pv', 'Volume precious-pv']));
  });

  it('fails when it is not done in time, and takes its backup with it', async () => {
    const world = await setUp({}, { isBackupStuck: true });
    await world.play(6);
    expect((await world.read()).status?.steps.at(-1)?.name).toBe('backup');
    world.pass(1_800_000);
    const operation = await world.end();
    expect(operation.status).toMatchObject({ phase: 'Failed', settled: true });
    expect(operation.status?.error?.why).toMatch(/not done after 30 minutes: soteria-backup-/);
    expect(await world.left()).toEqual(onlyPrecious);
  });

  it('does nothing outside the namespace that is made for it', async () => {
    const world = await setUp({}, {}, false);
    await world.store.create({ namespace: 'shop', name, spec: { kind: 'SelfTest', request: {} } });
    await advanceOperation(world.tools, { namespace: 'shop', name }, { log: silent });
    const operation = await world.store.get({ namespace: 'shop', name });
    expect(operation?.status).toMatchObject({ phase: 'Failed', error: { code: 'invalid_request' } });
    expect(await world.left()).toEqual(onlyPrecious);
  });

  it('is skipped when Git brings back one that was purged, and changes no verdict', async () => {
    const world = await setUp();
    await world.end();
    const before = await world.verdict();
    await world.client.delete(operations, ref);
    world.pass(30 * 3_600_000);
    await world.store.create({ ...ref, spec: { kind: 'SelfTest', request: {} } });
    expect((await world.end()).status).toMatchObject({ phase: 'Skipped', settled: true });
    expect(await world.verdict()).toEqual(before);
    expect(await world.left()).toEqual(onlyPrecious);
  });

  it('touches nothing of its names that is not its own', async () => {
    const other = await setUp();
    const metadata = { name: claimNames(await other.read()).source, namespace: proofNamespace };
    const spec = { volumeName: 'precious' };
    await other.client.create(persistentVolumeClaims, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata,
      spec,
    });
    const operation = await other.end();
    expect(operation.status).toMatchObject({ phase: 'Failed', settled: true });
    expect(operation.status?.error?.why).toMatch(/was not made for it/);
    expect(await other.left()).toEqual([`PersistentVolumeClaim ${metadata.name}`, ...onlyPrecious]);
  });

  it('waits while Soteria is paused, and says so', async () => {
    const world = await setUp();
    const data = { paused: 'true' };
    const metadata = { name: 'soteria-settings', namespace: 'soteria' };
    await world.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    await world.play(3);
    expect((await world.read()).status?.message).toMatch(/Soteria is paused/);
    expect(await world.left()).toEqual(onlyPrecious);
    await world.client.patch(configMaps, metadata, { data: { paused: 'false' } });
    world.pass(10_000);
    expect((await world.end()).status?.phase).toBe('Succeeded');
  });

  it('waits in no step without a row in the table, and every row is one it waits in', async () => {
    const met = new Set<string>();
    for (const isPaused of [false, true]) {
      const world = await setUp();
      const metadata = { name: 'soteria-settings', namespace: 'soteria' };
      const data = { paused: String(isPaused) };
      await world.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
      for (let round = 0; round < 14; round += 1) {
        const operation = await world.read();
        if (operation.status?.settled !== true) met.add(waitingStepOf(operation));
        if (isPaused && round === 2) await world.client.patch(configMaps, metadata, { data: { paused: 'false' } });
        // Paused once more, so that tidying up has to wait too.
        if (isPaused && operation.status?.steps.at(-1)?.name === 'compare') {
          await world.client.patch(configMaps, metadata, { data: { paused: 'true' } });
          await world.cancel();
        }
        world.pass(10_000);
        await world.play(1);
      }
    }
    expect([...met].toSorted()).toEqual(Object.keys(selfTestWaits).toSorted());
  });

  it('leaves nothing, killed at any call and cancelled or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ after: fc.nat({ max: 40 }), isAfter: fc.boolean() }), { maxLength: 10 }),
        fc.option(fc.nat({ max: 10 })),
        fc.boolean(),
        async (kills, cancelAt, isRetained) => {
          const world = await setUp({}, { isRetained });
          for (const [at, { after, isAfter }] of kills.entries()) {
            if (at === cancelAt) await world.cancel();
            world.killer.arm(after, isAfter);
            await world.play(1);
          }
          const operation = await world.end();
          expect(operation.status?.settled).toBe(true);
          expect(['Succeeded', 'Cancelled']).toContain(operation.status?.phase);
          expect(await world.left()).toEqual(onlyPrecious);
          expect(await world.slots.entries()).toEqual([]);
          const open = (await world.store.list({})).filter(({ status }) => status?.settled !== true);
          expect(open).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([2, 4, 6, 8])('deleted after %i rounds, is cancelled: what it had made goes', async (rounds) => {
    const world = await setUp();
    await world.play(rounds);
    await world.client.delete(operations, ref);
    for (let round = 0; round < 12; round += 1) {
      await tidyDeletedTests(selfTestTools(world.tools, { log: silent }), { log: silent });
      await world.play(1);
    }
    expect(await world.left()).toEqual(onlyPrecious);
    const open = (await world.store.list({})).filter(({ status }) => status?.settled !== true);
    expect(open).toEqual([]);
  });

  it('removes what another wake-up has made after it had ended', async () => {
    const world = await setUp();
    await world.play(2);
    const [job] = (await world.client.list(jobs)).items;
    await world.cancel();
    await world.end();
    expect(await world.left()).toEqual(onlyPrecious);
    if (job === undefined) throw new Error('no Job was made');
    const { name: jobName, namespace = '', labels } = job.metadata;
    await world.client.create(jobs, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: jobName, namespace, labels },
      ...(job.spec === undefined ? {} : { spec: job.spec }),
    });
    await world.wake();
    expect(await world.left()).toEqual(onlyPrecious);
  });
});

it('only a point of its own backup, of its own claim, is one that it may delete', () => {
  const operation = { metadata: { uid: 'u', name, namespace: proofNamespace }, spec: { request: {} } } as Operation;
  const own = {
    [catalogueKeys.operationUid]: 'backup-uid',
    [catalogueKeys.namespace]: proofNamespace,
    [catalogueKeys.pvc]: 'soteria-selftest-0bfe93',
  };
  const isOwn = (catalogue: Record<string, string>, uid = 'backup-uid') => isTestPoint(operation, uid, { catalogue });
  expect(isOwn(own)).toBe(true);
  expect(isOwn(own, '')).toBe(false);
  expect(isOwn({ ...own, [catalogueKeys.operationUid]: '' }, '')).toBe(false);
  for (const key of Object.keys(own)) expect(isOwn({ ...own, [key]: 'other' })).toBe(false);
});

describe('the doors of the self-test', () => {
  async function open() {
    const world = await setUp({}, {}, false);
    return { ...world, http: supertest(createAdaptorServer({ fetch: world.app.fetch })) };
  }

  it('record an Operation and answer where it is', async () => {
    const { http, store } = await open();
    const answer = await http.post('/v1/selftest').send({}).expect(202);
    expect(answer.body).toMatchObject({ operation: name, phase: 'Running', namespace: proofNamespace });
    expect(answer.headers['location']).toBe(`/v1/operations/${name}?namespace=${proofNamespace}`);
    expect(await store.get(ref)).toMatchObject({
      spec: { kind: 'SelfTest', requestedBy: { user: 'ann', via: 'http' } },
    });
  });

  it('tell the plan and make nothing when it is a dry run', async () => {
    const { http, store, cluster } = await open();
    const ask = { dry_run: true, storage_class: 'fast' };
    const early = await http.post('/v1/selftest').send(ask).expect(200);
    expect(early.body).toMatchObject({
      blocked_by: [{ code: 'unprocessable', why: 'there is no storage class fast' }],
    });
    cluster.seed({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' } });
    const { body } = await http.post('/v1/selftest').send(ask).expect(200);
    expect(body).toMatchObject({ storage_class: 'fast', size: '64Mi', blocked_by: [] });
    expect(await store.list({})).toEqual([]);
  });

  it.each([
    [{ storage_class: 'No Name' }, 400],
    [{ size: 'much' }, 400],
    [{ namespace: 'shop' }, 400],
  ])('refuse %j', async (body, status) => {
    const { http, store } = await open();
    await http.post('/v1/selftest').send(body).expect(status);
    expect(await store.list({})).toEqual([]);
  });

  it('are for who may create operations in the namespace of the test', async () => {
    const { http, refused } = await open();
    refused.add(proofNamespace);
    await http.post('/v1/selftest').send({}).expect(403);
    await http.get('/v1/selftest').expect(403);
  });

  it('take an event, once', async () => {
    const { http, store } = await open();
    for (const expected of [204, 204]) {
      await http
        .post('/')
        .set({
          'ce-specversion': '1.0',
          'ce-id': 'e1',
          'ce-source': '/test',
          'ce-type': 'dev.soteria.selftest.requested.v1',
          'ce-time': '2026-01-31T01:30:00Z',
        })
        .send({})
        .expect(expected);
    }
    expect((await store.list({})).filter(({ spec }) => spec.kind === 'SelfTest')).toHaveLength(1);
  });

  it('are a gate: not ready before the first, ready after a pass, not ready for another version of Longhorn', async () => {
    const world = await open();
    const before = await world.http.get('/v1/selftest').expect(200);
    expect(before.body).toMatchObject({ is_ready: false, last: null, longhorn_version: 'v1.10.1' });
    await world.http.post('/v1/selftest').send({}).expect(202);
    const meanwhile = await world.http.get('/v1/selftest').expect(200);
    expect(meanwhile.body).toMatchObject({ is_ready: false, running: { operation: name } });
    await world.end();
    const after = await world.http.get('/v1/selftest').expect(200);
    expect(after.body).toMatchObject({ is_ready: true, running: null, last: { outcome: 'passed', operation: name } });
    world.cluster.seed({
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'Setting',
      metadata: { name: 'current-longhorn-version', namespace: longhornNamespace },
      value: 'v1.11.0',
    });
    const later = await world.http.get('/v1/selftest').expect(200);
    expect(later.body).toMatchObject({ is_ready: false, why: expect.stringMatching(/v1.10.1, and this is v1.11.0/) });
  });
});

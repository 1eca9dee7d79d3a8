/** Ticks over the in-memory cluster and the fake Longhorn: what is asked for, once, whatever happens to the ticks. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import { createFakeLonghorn } from '@soteria/shared/longhorn/fake.ts';
import { engines } from '@soteria/shared/longhorn/resource-types.ts';
import { pingSources } from '@soteria/shared/operation/engine/own-ping.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import { type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import { createOperationStore } from '@soteria/shared/operation/record/store.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { createClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import { describe, expect, it } from 'vitest';
import { readPolicies } from '../policy/read-policies.ts';
import { createHolds } from '../prune/holds.ts';
import type { PolicyTickTools } from '../tools.ts';
import { createCoverageStore, decodeAll } from '@soteria/shared/coverage/coverage-store.ts';
import { readLastEvaluation } from '@soteria/shared/coverage/last-evaluation.ts';
import { evaluatePolicies } from './evaluate-policies.ts';

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent };

function createBench(policies: Record<string, object>) {
  let time = Date.parse('2026-05-01T00:00:00Z');
  const now = () => new Date(time);
  const cluster = createMemoryCluster({
    now,
    namespaces: ['shop', 'web', 'soteria'],
    kinds: [
      customKind(operations, { selectableFields: ['status.phase', 'status.settled', 'spec.kind'] }),
      ...[pingSources, engines].map((type) => customKind(type)),
    ],
  });
  const { client } = cluster;
  const longhorn = createFakeLonghorn({ now });
  const store = createOperationStore(client);
  const facts: string[] = [];
  let data: Record<string, string> = Object.fromEntries(
    Object.entries(policies).map(([id, policy]) => [id, JSON.stringify({ id, ...policy })]),
  );
  const book = () =>
    readPolicies({ api: { kind: 'Secret', namespace: 'soteria', name: 'soteria-policies', data }, git: [] });
  const reader = createClusterReader(client, 'cluster-1');
  const verified = createVerifiedPoints(client, 'soteria');
  let isPaused = false;
  const tools = {
    client,
    store,
    namespace: 'soteria',
    now,
    policies: { read: book },
    loadCluster: async () => ({
      client,
      longhornNamespace: 'longhorn-system',
      longhorn,
      verified,
      holds: createHolds(client, 'soteria'),
      ownClusters: (signal?: AbortSignal) => reader.ownClusters(signal),
      identity: (signal?: AbortSignal) => reader.identity(signal),
      now,
    }),
    isPaused: async () => isPaused,
    publisher: {
      publish: async ({ type, subject }: { type: string; subject?: string | undefined }) => {
        facts.push(`${type.replace('dev.soteria.expectation.', '').replace('.v1', '')} ${subject}`);
      },
    },
  } as unknown as PolicyTickTools;

  return {
    client,
    store,
    longhorn,
    verified,
    facts,
    now,
    async end(operation: Operation | undefined) {
      if (operation === undefined) throw new Error('there is no Operation to end');
      const ended = { phase: 'Succeeded' as const, settled: true, finishedAt: now().toISOString() };
      await store.replaceStatus(operation, { ...ended, progress: 100, message: '', steps: [] });
    },
    pass: (hours: number) => (time += hours * 3_600_000),
    pause: (value: boolean) => (isPaused = value),
    setPolicies: (next: Record<string, object>) => {
      data = Object.fromEntries(Object.entries(next).map(([id, policy]) => [id, JSON.stringify({ id, ...policy })]));
    },
    tick: () => evaluatePolicies(tools, { signal: new AbortController().signal, log: silent } as unknown as Incoming),
    addClaim(
      namespace: string,
      name: string,
      { driver = 'driver.longhorn.io', annotations = {}, phase = 'Bound', volumeMode = 'Filesystem' } = {},
    ) {
      const volumeName = `pv-${namespace}-${name}`;
      cluster.seed(
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { namespace, name, uid: volumeName, annotations },
          spec: { volumeName, volumeMode },
          status: { phase },
        },
        {
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          metadata: { name: volumeName },
          spec: {
            claimRef: { namespace, name, uid: volumeName },
            csi: { driver, volumeHandle: `vol-${namespace}-${name}` },
          },
        },
      );
    },
    /** What Longhorn's engine says was written since the snapshot of that point. */
    writeSince(point: string, size: string) {
      const snapshot = point.slice('longhorn:default/'.length);
      const volumeName = snapshot.slice(0, snapshot.lastIndexOf('-'));
      const snapshots = { 'volume-head': { size, parent: snapshot }, [snapshot]: { size: '4096', removed: false } };
      cluster.seed({
        apiVersion: 'longhorn.io/v1beta2',
        kind: 'Engine',
        metadata: { namespace: 'longhorn-system', name: `${volumeName}-e-0` },
        spec: { volumeName },
        status: { currentState: 'running', snapshots },
      });
    },
    /** A restorable point of now; answers its id. */
    async addPoint(namespace: string, pvc: string, policy?: string, pointMode?: 'full' | 'incremental') {
      const volume = `vol-${namespace}-${pvc}`;
      const name = `${volume}-${time}`;
      longhorn.volumes.add({ name: volume });
      await longhorn.snapshots.create({ name, volume, marks: {} }, { isDryRun: false });
      longhorn.finishSnapshot(name);
      const catalogue = {
        [catalogueKeys.managed]: 'true',
        [catalogueKeys.namespace]: namespace,
        [catalogueKeys.pvc]: pvc,
        [catalogueKeys.clusterId]: 'cluster-1',
        ...(policy === undefined ? {} : { [catalogueKeys.policy]: policy }),
        ...(pointMode === undefined ? {} : { [catalogueKeys.mode]: pointMode }),
      };
      const draft = { name, volume, backupTargetName: 'default', snapshotName: name, mode: 'incremental' as const };
      await longhorn.backups.create({ ...draft, marks: {}, catalogue }, { isDryRun: false });
      for (let steps = 0; steps < 5; steps += 1) longhorn.step();
      return `longhorn:default/${name}`;
    },
    asked: async () =>
      (await store.list({}))
        .map(
          ({ metadata, spec }) =>
            `${metadata.namespace}/${spec.request.pvc} ${spec.request.policy} ${spec.identity?.slice(-24)}`,
        )
        .toSorted(),
    coverage: async () => {
      const stored = decodeAll(await createCoverageStore(client, 'soteria').read());
      return Object.fromEntries(
        [...stored.records].flatMap(([namespace, records]) =>
          [...records].map(([name, record]) => [`${namespace}/${name}`, record] as const),
        ),
      );
    },
  };
}

const data = { namespace: 'shop', pvc: 'data' };
const nightly = { namespaceSelector: {}, schedule: '0 2 * * *' };

describe('a tick', () => {
  it('without policies reads nothing of the cluster and writes nothing', async () => {
    const bench = createBench({});
    bench.addClaim('shop', 'data');
    await bench.tick();
    expect(await bench.coverage()).toEqual({});
    expect((await bench.client.list(pingSources, { namespace: 'soteria' })).items).toEqual([]);
  });

  it('asks for each due claim once, however often it comes, and records why for every claim', async () => {
    const bench = createBench({ nightly });
    bench.addClaim('shop', 'data');
    bench.addClaim('shop', 'cache', { annotations: { 'soteria.dev/exclude': 'a cache' } });
    bench.addClaim('web', 'files', { driver: 'nfs.csi.k8s.io' });
    bench.addClaim('web', 'late', { phase: 'Pending' });
    await bench.tick();
    expect(await bench.asked()).toEqual([]);
    bench.pass(2.01);
    await Promise.all([bench.tick(), bench.tick()]);
    await bench.tick();
    expect(await bench.asked()).toEqual(['shop/data nightly 2026-05-01T02:00:00.000Z']);
    expect(await bench.coverage()).toMatchObject({
      'shop/data': { code: 'running', policy: 'nightly' },
      'shop/cache': { code: 'excluded_by_claim', detail: 'a cache' },
      'web/files': { code: 'no_driver' },
      'web/late': { code: 'claim_not_bound' },
    });
  });

  it('goes on when one namespace refuses its Operation, and says so of that claim alone', async () => {
    const bench = createBench({ nightly });
    bench.addClaim('shop', 'data');
    bench.addClaim('web', 'files');
    await bench.tick();
    bench.pass(2.01);
    const create = bench.store.create.bind(bench.store);
    let isRefused = true;
    bench.store.create = async (draft, signal) => {
      if (!isRefused || draft.namespace !== 'shop') return create(draft, signal);
      const explanation = { what: 'could not create it', why: 'exceeded quota: operations', fix: 'raise the quota' };
      throw new SoteriaError('cluster_forbidden', explanation);
    };
    await bench.tick();
    expect(await bench.asked()).toEqual(['web/files nightly 2026-05-01T02:00:00.000Z']);
    expect(await bench.coverage()).toMatchObject({
      'shop/data': { code: 'not_recorded', policy: 'nightly', detail: 'exceeded quota: operations' },
      'web/files': { code: 'due' },
    });
    isRefused = false;
    await bench.tick();
    expect(await bench.asked()).toHaveLength(2);
  });

  it('goes on when one Prune is refused', async () => {
    const rule = { schedule: '0 2 * * *', retention: { keepLast: 1 } };
    const bench = createBench({ a: { ...rule, claims: ['shop/*'] }, b: { ...rule, claims: ['web/*'] } });
    bench.addClaim('shop', 'data');
    bench.addClaim('web', 'files');
    for (let round = 0; round < 3; round += 1) {
      await bench.addPoint('shop', 'data', 'a');
      await bench.addPoint('web', 'files', 'b');
      bench.pass(0.5);
    }
    const create = bench.store.create.bind(bench.store);
    bench.store.create = async (draft, signal) => {
      if (draft.spec.request.namespace !== 'shop') return create(draft, signal);
      throw new SoteriaError('cluster_refused', { what: 'could not create it', why: 'a bad name', fix: 'none' });
    };
    await bench.tick();
    const prunes = (await bench.store.list({})).filter(({ spec }) => spec.kind === 'Prune');
    expect(prunes.map(({ spec }) => spec.request.namespace)).toEqual(['web']);
    expect(Object.keys(await bench.coverage())).toEqual(expect.arrayContaining(['shop/data', 'web/files']));
  });

  it('after three missed due times makes one backup, for the last of them', async () => {
    const bench = createBench({ nightly });
    bench.addClaim('shop', 'data');
    await bench.tick();
    bench.pass(24 * 3 + 5);
    await bench.tick();
    await bench.tick();
    expect(await bench.asked()).toEqual(['shop/data nightly 2026-05-04T02:00:00.000Z']);
  });

  it('counts a point that is younger than the due time, and asks again after the next one', async () => {
    const bench = createBench({ nightly });
    bench.addClaim('shop', 'data');
    await bench.tick();
    bench.pass(2.5);
    await bench.addPoint('shop', 'data');
    await bench.tick();
    expect(await bench.asked()).toEqual([]);
    expect(await bench.coverage()).toMatchObject({ 'shop/data': { code: 'fresh', protectedBy: 'manual' } });
    bench.pass(24);
    await bench.tick();
    expect(await bench.asked()).toHaveLength(1);
  });

  it('asks for a full backup once in N backups of a claim', async () => {
    const bench = createBench({ nightly: { ...nightly, mode: 'full every 3' } });
    bench.addClaim('shop', 'data');
    await bench.tick();
    const modes: string[] = [];
    for (let day = 0; day < 7; day += 1) {
      bench.pass(day === 0 ? 2.01 : 24);
      await bench.tick();
      const made = (await bench.store.list({})).find(({ status }) => status === undefined);
      if (made === undefined) throw new Error('no backup was asked for');
      const mode = made.spec.request.mode ?? 'incremental';
      modes.push(mode);
      await bench.addPoint('shop', 'data', 'nightly', mode);
      const ended = { phase: 'Succeeded' as const, progress: 100, message: '', steps: [] };
      await bench.store.replaceStatus(made, ended);
    }
    const [full, next] = ['full', 'incremental'];
    expect(modes).toEqual([full, next, next, full, next, next, full]);
  });

  it('skips an unchanged claim on request, until something is written or its point is refuted', async () => {
    const bench = createBench({ nightly: { ...nightly, onUnchanged: 'skip' } });
    for (const name of ['idle', 'busy', 'bad']) {
      bench.addClaim('shop', name);
      const point = await bench.addPoint('shop', name, 'nightly');
      bench.writeSince(point, name === 'busy' ? '4096' : '0');
      const judged = { namespace: 'shop', pvc: name, point, outcome: 'refuted' as const, at: '2026-05-01T00:10:00Z' };
      if (name === 'bad') await bench.verified.keep(judged);
    }
    await bench.tick();
    bench.pass(2.01);
    await bench.tick();
    expect(await bench.asked()).toEqual([
      'shop/bad nightly 2026-05-01T02:00:00.000Z',
      'shop/busy nightly 2026-05-01T02:00:00.000Z',
    ]);
    expect(await bench.coverage()).toMatchObject({ 'shop/idle': { code: 'unchanged', policy: 'nightly' } });
  });

  it('does not count a point that a restore test has refuted', async () => {
    const bench = createBench({ nightly });
    bench.addClaim('shop', 'data');
    await bench.tick();
    bench.pass(2.5);
    const point = await bench.addPoint('shop', 'data');
    await bench.verified.keep({
      namespace: 'shop',
      pvc: 'data',
      point,
      outcome: 'refuted',
      at: '2026-05-01T02:40:00Z',
    });
    await bench.tick();
    expect(await bench.asked()).toEqual(['shop/data nightly 2026-05-01T02:00:00.000Z']);
  });

  it('asks for nothing while Soteria is paused, or the catalogue is empty all of a sudden', async () => {
    const bench = createBench({ nightly });
    bench.addClaim('shop', 'data');
    await bench.tick();
    bench.pass(3);
    bench.pause(true);
    await bench.tick();
    expect(await bench.asked()).toEqual([]);
    expect(await bench.coverage()).toMatchObject({ 'shop/data': { code: 'paused' } });
    bench.pause(false);
    await bench.tick();
    expect(await bench.asked()).toHaveLength(1);
  });

  it('reports a miss once and the recovery once', async () => {
    const bench = createBench({ watch: { namespaceSelector: {}, rpo: '6h' } });
    bench.addClaim('shop', 'data');
    await bench.tick();
    bench.pass(7);
    await bench.tick();
    await bench.tick();
    expect(bench.facts).toEqual(['missed shop/data']);
    expect(await bench.tick()).toEqual({ overdue: 1 });
    await bench.addPoint('shop', 'data');
    await bench.tick();
    await bench.tick();
    expect(bench.facts).toEqual(['missed shop/data', 'recovered shop/data']);
    expect(await bench.tick()).toEqual({ overdue: 0 });
  });

  it('stores what the gauges of the console say, and when it was complete', async () => {
    const bench = createBench({ watch: { namespaceSelector: {}, rpo: '6h' } });
    bench.addClaim('shop', 'data');
    await bench.addPoint('shop', 'data');
    bench.pass(1);
    await bench.tick();
    const { records, newestAt } = decodeAll(await createCoverageStore(bench.client, 'soteria').read());
    expect(newestAt('shop', 'data')).toEqual(new Date('2026-05-01T00:00:00Z'));
    expect(records.get('shop')?.get('data')?.rpoSeconds).toBe(21_600);
    const last = await readLastEvaluation(bench.client, 'soteria');
    expect(last.policies).toBe(1);
    expect(new Date(last.evaluatedAt ?? '')).toEqual(new Date('2026-05-01T01:00:00Z'));
    bench.setPolicies({});
    await bench.tick();
    expect((await readLastEvaluation(bench.client, 'soteria')).policies).toBe(0);
  });

  it('does not catch up what was due before a policy was there', async () => {
    const bench = createBench({});
    bench.addClaim('shop', 'data');
    bench.pass(30);
    bench.setPolicies({ nightly });
    await bench.tick();
    expect(await bench.asked()).toEqual([]);
    bench.pass(24);
    await bench.tick();
    expect(await bench.asked()).toHaveLength(1);
  });

  it('says in the coverage why a restore test that is due was refused', async () => {
    const bench = createBench({ proved: { namespaceSelector: {}, verify: { every: '7d', schedule: '0 4 * * *' } } });
    bench.addClaim('shop', 'data');
    await bench.addPoint('shop', 'data');
    await bench.tick();
    bench.store.create = () =>
      Promise.reject(
        new SoteriaError('cluster_forbidden', { what: 'could not create it', why: 'exceeded quota', fix: 'none' }),
      );
    for (let hour = 6; hour <= 24 * 7; hour += 6) {
      bench.pass(6);
      await bench.tick();
    }
    expect((await bench.coverage())['shop/data']).toMatchObject({
      code: 'no_schedule',
      detail: 'the restore test that policy proved is due for was not recorded: exceeded quota',
    });
  });

  it('asks for a restore test of each claim in its round, once, and for another one after the verdict’s period', async () => {
    const verify = { every: '7d', schedule: '0 4 * * *', files: { minFiles: 3 } };
    const bench = createBench({ proved: { namespaceSelector: {}, verify } });
    for (const name of ['data', 'empty']) bench.addClaim('shop', name);
    bench.addClaim('shop', 'device', { volumeMode: 'Block' });
    const point = await bench.addPoint('shop', 'data');
    await bench.tick();
    expect(await bench.coverage()).toMatchObject({
      'shop/data': { proveBy: '2026-05-08T00:00:00.000Z' },
      'shop/empty': { proveBy: '2026-05-08T00:00:00.000Z' },
      'shop/device': { code: 'no_schedule' },
    });
    expect((await bench.coverage())['shop/device']?.proveBy).toBeUndefined();
    const hours = [];
    for (let hour = 6; hour <= 24 * 7; hour += 6) {
      bench.pass(6);
      await Promise.all([bench.tick(), bench.tick()]);
      if ((await bench.asked()).length > hours.length) hours.push(hour);
    }
    expect(hours).toHaveLength(1);
    const [test] = await bench.store.list({});
    expect(test?.spec).toMatchObject({
      kind: 'RestoreTest',
      request: { pvc: 'data', policy: 'proved', verify: { minFiles: 3 } },
      requestedBy: { user: 'policy proved', via: 'policy' },
      identity: expect.stringMatching(/^verify\/proved\/shop\/data\/2026-05-0\dT04:00:00\.000Z$/),
    });
    await bench.end(test);
    await bench.verified.keep({ ...data, point, outcome: 'verified', at: bench.now().toISOString() });
    await bench.tick();
    expect((await bench.coverage())['shop/data']?.proveBy).toBeUndefined();
    bench.pass(24 * 7);
    await bench.tick();
    expect(await bench.asked()).toHaveLength(2);
  });

  it('tests the newest good point of a claim where a newer one is refuted', async () => {
    const bench = createBench({ proved: { namespaceSelector: {}, verify: { every: '1d', schedule: '0 4 * * *' } } });
    bench.addClaim('shop', 'data');
    const good = await bench.addPoint('shop', 'data');
    bench.pass(1);
    const bad = await bench.addPoint('shop', 'data');
    await bench.tick();
    await bench.verified.keep({ ...data, point: bad, outcome: 'refuted', at: bench.now().toISOString() });
    bench.pass(48);
    await bench.tick();
    const [test] = await bench.store.list({});
    expect(test?.spec.request).toEqual({ pvc: 'data', policy: 'proved', snapshot: good });
  });

  it('asks for no restore test of a claim while another one runs, nor for more than the budget of a day', async () => {
    const verify = { every: '1d', schedule: '* * * * *', budget: '1' };
    const bench = createBench({ proved: { namespaceSelector: {}, verify } });
    for (const name of ['a', 'b', 'c']) {
      bench.addClaim('shop', name);
      await bench.addPoint('shop', name);
    }
    await bench.store.create({
      namespace: 'shop',
      name: 'soteria-restoretest-a',
      spec: { kind: 'RestoreTest', request: { pvc: 'a' } },
    });
    await bench.tick();
    bench.pass(25);
    await bench.tick();
    await bench.tick();
    expect(await bench.asked()).toEqual(['shop/a undefined undefined', expect.stringMatching(/^shop\/[bc] proved /)]);
  });

  it('keeps a PingSource for the schedule, and drops it with the policy', async () => {
    const bench = createBench({ nightly });
    bench.addClaim('shop', 'data');
    await bench.tick();
    const list = async () => (await bench.client.list(pingSources, { namespace: 'soteria' })).items.length;
    expect(await list()).toBe(1);
    bench.setPolicies({});
    await bench.tick();
    expect(await list()).toBe(0);
    expect(await bench.coverage()).toMatchObject({ 'shop/data': { code: 'no_policy' } });
  });
});

import { describe, expect, it } from 'vitest';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { CoverageRecord } from '@soteria/shared/coverage/coverage-record.ts';
import { createCoverageStore } from '@soteria/shared/coverage/coverage-store.ts';
import type { inventoryAnswer } from '@soteria/shared/http-contract/console-answers.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import type * as z from 'zod';
import { createTestBench, type TestBenchOptions } from '../test-bench.ts';
import { seedClaim } from '../testing/seed-claims.ts';

type Inventory = z.infer<typeof inventoryAnswer>;

const nextDueAt = '2026-03-16T02:00:00.000Z';
const fresh: CoverageRecord = { code: 'fresh', policy: 'nightly', rpoSeconds: 93_600, nextDueAt };
const ana = { user: 'ana', groups: ['team'], proof: 'token' } as const;

async function evaluated(
  bench: ReturnType<typeof createTestBench>,
  records: Record<string, Record<string, CoverageRecord>>,
) {
  const coverage = new Map(Object.entries(records).map(([name, of]) => [name, new Map(Object.entries(of))]));
  await createCoverageStore(bench.client, 'soteria').write(new Map(), { records: coverage, newestAt: () => undefined });
  bench.cluster.seed({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'soteria', name: 'soteria-policy-memory' },
    data: { _evaluated: '2026-03-15T11:17:00.000Z' },
  });
}

function benchOfClaims(options: TestBenchOptions = {}) {
  const bench = createTestBench(options);
  const { cluster } = bench;
  seedClaim(cluster, {
    namespace: 'shop',
    name: 'data',
    backupsAt: ['2026-03-14T02:00:00Z', '2026-03-15T02:00:00Z'],
  });
  seedClaim(cluster, { namespace: 'shop', name: 'cache', isBound: false });
  seedClaim(cluster, { namespace: 'media', name: 'movies', backupsAt: ['2026-03-10T02:00:00Z'] });
  seedClaim(cluster, { namespace: 'media', name: 'nfs', driver: 'nfs.csi.k8s.io' });
  return bench;
}

async function read(bench: ReturnType<typeof createTestBench>, query = ''): Promise<Inventory> {
  const answer = await bench.app.request(`/v1/inventory${query}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Inventory;
}

const rowsOf = ({ namespaces }: Inventory) => namespaces.flatMap(({ pvcs }) => pvcs);
const namesOf = (inventory: Inventory) => rowsOf(inventory).map(({ namespace, pvc }) => `${namespace}/${pvc}`);
const rowOf = (inventory: Inventory, name: string) =>
  rowsOf(inventory).find(({ namespace, pvc }) => `${namespace}/${pvc}` === name);

describe('the inventory', () => {
  it('lists every claim by namespace, with its volume, its points and what was decided', async () => {
    const bench = benchOfClaims();
    await evaluated(bench, {
      shop: { data: fresh, cache: { code: 'claim_not_bound', detail: 'the claim is Pending' } },
      media: { movies: fresh, nfs: { code: 'no_driver' } },
    });
    const inventory = await read(bench);
    expect(inventory.namespaces.map(({ name, pvcs }) => [name, pvcs.map(({ pvc }) => pvc)])).toEqual([
      ['media', ['movies', 'nfs']],
      ['shop', ['cache', 'data']],
    ]);
    expect(inventory).toMatchObject({
      generated_at: '2026-03-15T12:00:00.000Z',
      evaluated_at: '2026-03-15T11:17:00.000Z',
      coverage: { claims: 4, accounted: 2, percent: 50 },
      problems: [],
    });
    expect(rowOf(inventory, 'shop/data')).toMatchObject({
      volume: 'pvc-shop-data',
      storage_class: 'longhorn',
      capacity: '10Gi',
      driver: 'longhorn',
      last_backup_at: '2026-03-15T02:00:00.000Z',
      last_backup_age_hours: 10,
      backup_count: 2,
      healthy: true,
      health_reason: 'fresh',
      health: 'safe',
      state: 'not_due',
      policy: 'nightly',
      rpo_seconds: 93_600,
      next_due_at: nextDueAt,
      rpo_age_seconds: 36_000,
      failures_since_success: 0,
      last_runs: [
        { at: '2026-03-14T02:00:00.000Z', outcome: 'succeeded' },
        { at: '2026-03-15T02:00:00.000Z', outcome: 'succeeded' },
      ],
    });
  });

  it('says that an objective is missed now, though the last evaluation found it met', async () => {
    const bench = benchOfClaims();
    await evaluated(bench, { media: { movies: fresh } });
    expect(rowOf(await read(bench), 'media/movies')).toMatchObject({
      healthy: false,
      health: 'late',
      health_reason: 'objective_missed',
      code: 'fresh',
      fix: expect.any(String),
    });
  });

  it('takes a claim in which nothing has changed for as safe as its newest point', async () => {
    const bench = benchOfClaims();
    await evaluated(bench, { media: { movies: { ...fresh, code: 'unchanged' } } });
    expect(rowOf(await read(bench), 'media/movies')?.health).toBe('safe');
  });

  it('is honest about a claim that no evaluation has looked at', async () => {
    const bench = benchOfClaims();
    const inventory = await read(bench);
    expect(inventory).toMatchObject({ evaluated_at: null, coverage: { claims: 0, percent: null } });
    expect(rowOf(inventory, 'shop/data')).toMatchObject({ healthy: false, health: 'unknown', state: 'unknown' });
    expect(rowOf(inventory, 'media/nfs')).toMatchObject({ driver: null, volume: 'pvc-media-nfs', backup_count: 0 });
  });

  it('shows the open Operation of a claim, the failures since its newest point, and its last proof', async () => {
    const bench = benchOfClaims();
    const operation = (name: string, kind: string, status: object) =>
      bench.cluster.seed({
        apiVersion: 'soteria.dev/v1alpha1',
        kind: 'Operation',
        metadata: { namespace: 'shop', name },
        spec: { kind, request: { pvc: 'data' } },
        status: { progress: 40, message: 'uploading', steps: [], ...status },
      });
    const error = { code: 'backup_failed', what: 'w', why: 'the target is full', fix: 'make room' };
    operation('soteria-backup-data-20260315-020000', 'Backup', { phase: 'Running' });
    operation('soteria-restoretest-data-20260315-030000', 'RestoreTest', { phase: 'Pending' });
    operation('a', 'Backup', { phase: 'Failed', finishedAt: '2026-03-13T02:00:00Z', error });
    operation('b', 'Backup', { phase: 'Failed', finishedAt: '2026-03-15T04:00:00Z', error });
    await createVerifiedPoints(bench.client, 'soteria').keep({
      namespace: 'shop',
      pvc: 'data',
      point: 'longhorn:default/backup-shop-data-0',
      outcome: 'verified',
      at: '2026-03-14T05:00:00.000Z',
      strength: 'checksums',
      totalMs: 90_000,
    });
    expect(rowOf(await read(bench), 'shop/data')).toMatchObject({
      running: { operation: 'soteria-backup-data-20260315-020000', kind: 'Backup', phase: 'Running', progress: 40 },
      failures_since_success: 1,
      last_failure: { operation: 'b', at: '2026-03-15T04:00:00.000Z', code: 'backup_failed', fix: 'make room' },
      last_runs: [
        { outcome: 'failed' },
        { outcome: 'succeeded' },
        { outcome: 'succeeded' },
        { at: '2026-03-15T04:00:00.000Z', outcome: 'failed' },
      ],
      verified_at: '2026-03-14T05:00:00.000Z',
      verified_strength: 'checksums',
      measured_rto_ms: 90_000,
    });
  });

  it.each([
    ['?namespace=shop', ['shop/cache', 'shop/data']],
    ['?state=skipped', ['shop/cache']],
    ['?health=late', ['media/movies']],
    ['?q=MOV', ['media/movies']],
    ['?q=shop/d', ['shop/data']],
    ['?q=nightly&namespace=shop', ['shop/data']],
    ['?q=nothing', []],
  ])('with %s lists %j', async (query, names) => {
    const bench = benchOfClaims();
    await evaluated(bench, { shop: { data: fresh, cache: { code: 'claim_not_bound' } }, media: { movies: fresh } });
    expect(namesOf(await read(bench, query))).toEqual(names);
  });

  it.each(['?state=none', '?limit=0', '?limit=1001', '?other=1', '?next=x', '?q='])('refuses %s', async (query) => {
    expect((await benchOfClaims().app.request(`/v1/inventory${query}`)).status).toBe(400);
  });

  it('comes in pages that hold every claim once, also when the API server has forgotten where it was', async () => {
    const bench = benchOfClaims();
    const names: string[] = [];
    let query = '?limit=1';
    for (let page = 0; page < 4; page += 1) {
      const inventory = await read(bench, query);
      names.push(...namesOf(inventory));
      // A list that goes on after the cluster has changed expires.
      bench.cluster.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'shop', name: `c-${page}` } });
      expect(inventory.next === undefined).toBe(page === 3);
      query = `?limit=1&next=${inventory.next ?? ''}`;
    }
    expect(names).toEqual(['media/movies', 'media/nfs', 'shop/cache', 'shop/data']);
  });

  it('begins a page anew where the token is of no use', async () => {
    const bench = benchOfClaims();
    const next = Buffer.from(JSON.stringify(['media/nfs', 'no token of this server'])).toString('base64url');
    expect(namesOf(await read(bench, `?next=${next}`))).toEqual(['shop/cache', 'shop/data']);
  });

  it('says while Soteria is paused', async () => {
    const bench = benchOfClaims();
    bench.cluster.seed({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'soteria', name: 'soteria-settings' },
      data: { paused: 'true' },
    });
    expect((await read(bench)).paused).toBe(true);
  });

  it('goes on without the points where they cannot be read, and says so', async () => {
    const away = new SoteriaError('cluster_unavailable', { what: 'w', why: 'Longhorn is away', fix: 'f' });
    const bench = benchOfClaims({ refuseList: (kind) => (kind === 'Backup' ? away : undefined) });
    await evaluated(bench, { shop: { data: fresh } });
    const inventory = await read(bench);
    expect(inventory.problems).toMatchObject([{ code: 'cluster_unavailable', why: 'Longhorn is away' }]);
    expect(rowOf(inventory, 'shop/data')).toMatchObject({ backup_count: null, health: 'safe' });
  });
});

describe('who sees what', () => {
  it('is asked of Kubernetes, namespace by namespace, once in 30 seconds', async () => {
    const bench = benchOfClaims({ caller: ana, grants: ['ana list shop'] });
    await evaluated(bench, { shop: { data: fresh }, media: { movies: fresh } });
    const inventory = await read(bench);
    expect(namesOf(inventory)).toEqual(['shop/cache', 'shop/data']);
    expect(inventory.coverage.claims).toBe(1);
    const asked = bench.reviewed.length;
    await read(bench);
    expect(bench.reviewed).toHaveLength(asked);
    bench.pass(30_000);
    await read(bench);
    expect(bench.reviewed.length).toBeGreaterThan(asked);
  });

  it('costs one question of a caller who may list everywhere', async () => {
    const bench = benchOfClaims({ caller: ana, grants: ['ana list *'] });
    expect(namesOf(await read(bench))).toHaveLength(4);
    expect(bench.reviewed).toHaveLength(1);
  });

  it('is refused for a namespace that the caller names and may not list', async () => {
    const bench = benchOfClaims({ caller: ana, grants: ['ana list shop'] });
    expect((await bench.app.request('/v1/inventory?namespace=media')).status).toBe(403);
    expect(namesOf(await read(bench, '?namespace=shop'))).toHaveLength(2);
  });

  it('is told to the caller', async () => {
    const bench = createTestBench({ caller: ana, grants: ['ana list shop', 'ana create shop'] });
    const ask = async (query: string) => (await bench.app.request(`/v1/whoami${query}`)).json();
    expect(await ask('?namespace=shop')).toEqual({
      user: 'ana',
      groups: ['team'],
      proof: 'token',
      auth_required: true,
      namespace: 'shop',
      may: { list: true, create: true, update: false },
    });
    expect(await ask('')).toMatchObject({ namespace: null, may: { list: false, create: false, update: false } });
  });
});

/** Previews over the in-memory cluster: what matches, what retention would do, whether the schedule can be met. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { catalogueKeys, heldByLabel } from '@soteria/shared/operation/record/marks.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import { describe, expect, it } from 'vitest';
import { notePruned } from '../store/policy-memory.ts';
import { type BenchOptions, createTestBench } from '../test-bench.ts';
// Loaded here, so that no test has to wait for it.
import '../doors/policy-doors.ts';

const longhorn = 'longhorn-system';
const hourMs = 3_600_000;

interface Body {
  readonly matches: { readonly items: readonly { readonly pvc: string }[]; readonly next?: string };
  readonly retention: {
    readonly items: readonly {
      readonly id: string;
      readonly decision: string;
      readonly reasons: readonly { readonly code: string }[];
    }[];
  };
  readonly feasibility: unknown;
  readonly warnings: readonly string[];
}

function createBench(options: BenchOptions = {}) {
  const bench = createTestBench(options);
  const seed = (...objects: readonly JsonObject[]) => bench.cluster.seed(...objects);
  const target = { namespace: longhorn, name: 'default' };
  const setTarget = (isAvailable: boolean) =>
    seed({
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'BackupTarget',
      metadata: target,
      spec: { backupTargetURL: 's3://backups@eu/' },
      status: { available: isAvailable, conditions: [] },
    });
  setTarget(true);
  return {
    ...bench,
    setTarget,
    addClaim(namespace: string, name: string, { labels = {}, annotations = {}, driver = 'driver.longhorn.io' } = {}) {
      const volumeName = `pv-${namespace}-${name}`;
      const uid = `uid-${volumeName}`;
      seed(
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { namespace, name, uid, labels, annotations },
          spec: { volumeName },
          status: { phase: 'Bound' },
        },
        {
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          metadata: { name: volumeName },
          spec: { csi: { driver, volumeHandle: `vol-${name}` }, claimRef: { namespace, name, uid } },
        },
      );
    },
    /** A good point of that day in August at midnight, which took so many hours. */
    addPoint(pvc: string, day: number, { hours = 1, policy = 'nightly', isHeld = false } = {}) {
      const at = new Date(Date.UTC(2026, 7, day));
      const name = `${pvc}-${day}`;
      seed({
        apiVersion: 'longhorn.io/v1beta2',
        kind: 'Backup',
        metadata: { namespace: longhorn, name, labels: isHeld ? { [heldByLabel]: 'uid-1' } : {} },
        spec: {},
        status: {
          state: 'Completed',
          url: `s3://backups@eu/?backup=${name}&volume=v`,
          volumeName: `vol-${pvc}`,
          backupTargetName: 'default',
          snapshotCreatedAt: at.toISOString(),
          backupCreatedAt: new Date(at.getTime() + hours * hourMs).toISOString(),
          lastSyncedAt: at.toISOString(),
          labels: {
            [catalogueKeys.managed]: 'true',
            [catalogueKeys.clusterId]: 'cluster-1',
            [catalogueKeys.namespace]: 'shop',
            [catalogueKeys.pvc]: pvc,
            [catalogueKeys.policy]: policy,
          },
        },
      });
    },
    async preview(policy: object, query = '') {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(policy) };
      const answer = await bench.app.request(`/v1/policies/preview${query}`, init);
      return { status: answer.status, body: (await answer.json()) as Body };
    },
  };
}

const nightly = { id: 'nightly', schedule: '0 2 * * *', labelSelector: { matchLabels: { tier: 'gold' } } };
const gold = { labels: { tier: 'gold' } };

describe('the claims of a preview', () => {
  it('are those that match now, and those that do not, each with its reason', async () => {
    const bench = createBench();
    bench.addClaim('shop', 'data', gold);
    bench.addClaim('shop', 'nfs', { ...gold, driver: 'nfs.csi.k8s.io' });
    bench.addClaim('shop', 'cache', { ...gold, annotations: { 'soteria.dev/exclude': 'made anew' } });
    bench.addClaim('shop', 'plain');
    bench.addClaim('soteria', 'named', { annotations: { 'soteria.dev/policy': 'nightly' } });
    const { body } = await bench.preview(nightly);
    expect(body.matches).toEqual({
      matched: 3,
      not_matched: 2,
      reasons: [
        { code: 'selected', matched: true, claims: 2, why: 'the selectors of the policy select it' },
        { code: 'claim_labels_differ', matched: false, claims: 1, why: expect.any(String) },
        { code: 'excluded_by_claim', matched: false, claims: 1, why: 'the claim excludes itself' },
        { code: 'named_by_claim', matched: true, claims: 1, why: expect.stringContaining('soteria.dev/policy') },
      ],
      items: [
        expect.objectContaining({ namespace: 'shop', pvc: 'data', matched: true, obstacle: null }),
        expect.objectContaining({ pvc: 'nfs', obstacle: { code: 'no_driver', why: expect.stringContaining('nfs') } }),
        expect.objectContaining({ namespace: 'soteria', pvc: 'named', code: 'named_by_claim' }),
        expect.objectContaining({ pvc: 'cache', matched: false, why: 'the claim excludes itself: made anew' }),
        expect.objectContaining({ pvc: 'plain', code: 'claim_labels_differ', why: expect.any(String) }),
      ],
    });
    expect(body.warnings).toContain('Of 3 matching claims 1 cannot be backed up now: each has an obstacle.');
  });

  it('come in pages, and can be narrowed', async () => {
    const bench = createBench();
    for (let index = 0; index < 5; index += 1) bench.addClaim('shop', `data-${index}`, index < 3 ? gold : {});
    const names: string[] = [];
    let next: string | undefined = '';
    while (next !== undefined) {
      const page: Body['matches'] = (
        await bench.preview(nightly, `?limit=2${next === '' ? '' : `&matches_next=${next}`}`)
      ).body.matches;
      names.push(...page.items.map(({ pvc }) => pvc));
      next = page.next;
    }
    expect(names).toEqual(['data-0', 'data-1', 'data-2', 'data-3', 'data-4']);
    expect((await bench.preview(nightly, '?matched=false')).body.matches).toMatchObject({
      matched: 3,
      items: [{ pvc: 'data-3' }, { pvc: 'data-4' }],
    });
    expect((await bench.preview(nightly, '?matches_next=x')).status).toBe(400);
    expect((await bench.preview(nightly, '?limit=0')).status).toBe(400);
  });

  it('are hidden from a caller who may not see all namespaces', async () => {
    const bench = createBench({
      onAuthorize({ namespace }) {
        if (namespace === undefined) throw new SoteriaError('forbidden', { what: 'no', why: 'no', fix: 'no' });
      },
    });
    bench.addClaim('shop', 'data', gold);
    const { status, body } = await bench.preview(nightly);
    expect(status).toBe(200);
    expect(body).toMatchObject({ matches: null, retention: null, feasibility: null });
    expect(body.warnings).toContainEqual(expect.stringContaining('you may not list operations.soteria.dev'));
  });
});

describe('the retention of a preview', () => {
  const keepTwo = { ...nightly, retention: { keepLast: 2, breaker: 100 } };

  it('says of each point of the policy whether it is kept or deleted, and why', async () => {
    const bench = createBench();
    bench.addClaim('shop', 'data', gold);
    for (const day of [10, 11, 12, 14]) bench.addPoint('data', day);
    bench.addPoint('data', 13, { isHeld: true });
    bench.addPoint('data', 15, { policy: 'hourly' });
    const verified = createVerifiedPoints(bench.client, 'soteria');
    const of = { namespace: 'shop', pvc: 'data', at: '2026-08-19T00:00:00Z', strength: 'checksums' };
    await verified.keep({ ...of, point: 'longhorn:default/data-10', outcome: 'verified' });
    expect((await bench.preview(keepTwo)).body.retention).toMatchObject({
      held_back: 2,
      held_back_because: [{ code: 'first_prune_unconfirmed', claims: 1 }],
    });
    await notePruned(bench.client, 'soteria', { id: 'nightly', at: bench.now() });
    const { body } = await bench.preview(keepTwo);
    expect(body.retention).toMatchObject({ keep: 3, delete: 2, held_back: 0, held_back_because: [] });
    const { items } = body.retention;
    expect(
      items.map(
        ({ id, decision, reasons }) => `${id.slice(17)} ${decision}: ${reasons.map(({ code }) => code).join(' ')}`,
      ),
    ).toEqual([
      'data-10 keep: last_verified',
      'data-11 delete: expired',
      'data-12 delete: expired',
      'data-13 keep: last held',
      'data-14 keep: last newest',
    ]);
    expect((await bench.preview(keepTwo, '?decision=delete&limit=1')).body.retention).toMatchObject({
      items: [{ id: 'longhorn:default/data-11', reasons: [{ why: 'no field of the retention keeps it' }] }],
      next: expect.any(String),
    });
  });

  it('says what holds back the deletion: the share that may go at once, and a target that is away', async () => {
    const bench = createBench();
    bench.addClaim('shop', 'data', gold);
    for (const day of [10, 11, 12]) bench.addPoint('data', day);
    bench.setTarget(false);
    await notePruned(bench.client, 'soteria', { id: 'nightly', at: bench.now() });
    const { body } = await bench.preview({ ...nightly, retention: { keepLast: 1 } });
    expect(body.retention).toMatchObject({ keep: 1, delete: 0, held_back: 2 });
    expect(body.retention).toMatchObject({
      held_back_because: [
        { code: 'target_unavailable', claims: 1 },
        { code: 'breaker', claims: 1, fix: expect.stringContaining('confirm') },
      ],
    });
  });

  it('of a policy that has made nothing is empty', async () => {
    const { body } = await createBench().preview(keepTwo);
    expect(body.retention).toEqual({ keep: 0, delete: 0, held_back: 0, held_back_because: [], items: [] });
    expect(body.warnings).toContain('No claim matches the policy now.');
  });
});

describe('whether a schedule can be met', () => {
  it('follows from what the backups took: the text says which limit is enough', async () => {
    const bench = createBench();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      bench.addClaim('shop', name, gold);
      bench.addPoint(name, 10, { hours: 11 });
    }
    expect((await bench.preview(nightly)).body.feasibility).toEqual({
      verdict: 'too_much',
      text: '33 h of work per 24 h at limit 2: raise to 3 (SOTERIA_MAX_PARALLEL)',
      limit: 2,
      limited_by: 'SOTERIA_MAX_PARALLEL',
      needed_limit: 3,
      work_seconds: 66 * 3600,
      takes_seconds: 33 * 3600,
      guessed: 0,
    });
    expect((await bench.preview({ ...nightly, concurrency: 1 })).body.feasibility).toMatchObject({
      text: '66 h of work per 24 h at limit 1: raise to 3 (concurrency)',
    });
    const window = { from: '22:00', to: '04:00' };
    expect((await bench.preview({ ...nightly, schedule: '0 * * * *', window })).body.feasibility).toMatchObject({
      verdict: 'one_is_too_long',
    });
  });

  it('counts an Operation before a restore point', async () => {
    const bench = createBench();
    bench.addClaim('shop', 'data', gold);
    bench.addPoint('data', 19, { hours: 20 });
    const spec = { kind: 'Backup' as const, request: { pvc: 'data' } };
    const made = await bench.store.create({ namespace: 'shop', name: 'soteria-backup-data-20260819-000000', spec });
    const [startedAt, finishedAt] = ['2026-08-18T00:00:00Z', '2026-08-18T00:30:00Z'];
    const status = { phase: 'Succeeded' as const, progress: 100, message: '', steps: [], startedAt, finishedAt };
    await bench.store.replaceStatus(made, status);
    expect((await bench.preview(nightly)).body.feasibility).toMatchObject({ verdict: 'fits', work_seconds: 1800 });
  });

  it('is unknown before anything was measured', async () => {
    const bench = createBench();
    bench.addClaim('shop', 'data', gold);
    expect((await bench.preview(nightly)).body.feasibility).toMatchObject({
      verdict: 'unknown',
      text: 'no backup was measured so far',
    });
    expect(await bench.client.list(configMaps, { namespace: 'soteria' })).toMatchObject({ items: [] });
  });
});

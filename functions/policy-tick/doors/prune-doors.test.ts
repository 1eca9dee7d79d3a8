/** A prune that a person asks for, and the holds of single points, over HTTP. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { backups } from '@soteria/shared/longhorn/resource-types.ts';
import { catalogueKeys, holdLabel } from '@soteria/shared/operation/record/marks.ts';
import { describe, expect, it } from 'vitest';
import { type BenchOptions, createTestBench } from '../test-bench.ts';
// Loaded here, so that no test has to wait for it.
import './ask-prune.ts';
import './hold-point.ts';

type Bench = ReturnType<typeof createTestBench>;
const longhorn = 'longhorn-system';

async function ask({ app }: Bench, path: string, body: object, headers: Record<string, string> = {}) {
  const answer = await app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

function addPoint({ cluster }: Bench, name: string, day: number): void {
  const at = `2026-08-${String(day).padStart(2, '0')}T02:00:00Z`;
  const labels = {
    [catalogueKeys.managed]: 'true',
    [catalogueKeys.namespace]: 'shop',
    [catalogueKeys.pvc]: 'data',
    [catalogueKeys.clusterId]: 'cluster-1',
    [catalogueKeys.policy]: 'nightly',
  };
  cluster.seed({
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'Backup',
    metadata: { namespace: longhorn, name, labels: { 'backup-volume': 'vol', 'backup-target': 'default' } },
    spec: { snapshotName: name, labels },
    status: {
      state: 'Completed',
      url: `s3://b@r/?backup=${name}&volume=vol`,
      backupTargetName: 'default',
      lastSyncedAt: at,
      snapshotCreatedAt: at,
      backupCreatedAt: at,
      volumeName: 'vol',
      labels,
    },
  });
}

async function createBench(options: BenchOptions = {}) {
  const bench = createTestBench(options);
  const claim = { namespace: 'shop', name: 'data', uid: 'claim-uid' };
  bench.cluster.seed(
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
    {
      apiVersion: 'longhorn.io/v1beta2',
      kind: 'BackupTarget',
      metadata: { namespace: longhorn, name: 'default' },
      spec: { backupTargetURL: 's3://b@r/' },
      status: { available: true },
    },
  );
  for (const day of [1, 2, 3]) addPoint(bench, `p${day}`, day);
  const policy = { id: 'nightly', schedule: '0 2 * * *', namespaceSelector: {}, retention: { keepLast: 2 } };
  expect((await ask(bench, '/v1/policies', policy)).status).toBe(200);
  return bench;
}

const present = async ({ client }: Bench) =>
  (await client.list(backups, { namespace: longhorn })).items.map(({ metadata }) => metadata.name);
const recorded = async ({ store }: Bench) => (await store.list({})).filter(({ spec }) => spec.kind === 'Prune');

describe('POST /v1/policies/{id}/prune', () => {
  it('shows in a dry run what it would delete and keep and why, and records nothing', async () => {
    const bench = await createBench();
    const { status, body } = await ask(bench, '/v1/policies/nightly/prune', { dry_run: true });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      policy: 'nightly',
      dry_run: true,
      needs_yes: true,
      unchanged: 0,
      claims: [
        {
          namespace: 'shop',
          pvc: 'data',
          volume: 'vol',
          claim_deleted: false,
          delete: [{ id: 'longhorn:default/p1', refuted: false }],
          later: 0,
          keep: [
            { id: 'longhorn:default/p3', why: ['last', 'newest'] },
            { id: 'longhorn:default/p2', why: ['last'] },
          ],
          held_back: ['first_prune_unconfirmed'],
          operation: null,
        },
      ],
    });
    expect(await recorded(bench)).toEqual([]);
  });

  it('deletes nothing without the yes, nothing by a yes to another plan, and what was confirmed by a yes to it', async () => {
    const bench = await createBench();
    const refused = await ask(bench, '/v1/policies/nightly/prune', {});
    expect(refused).toMatchObject({ status: 409, body: { code: 'confirmation_needed' } });
    const { plan } = (await ask(bench, '/v1/policies/nightly/prune', { dry_run: true })).body;
    expect(refused.body['plan']).toBe(plan);
    addPoint(bench, 'p4', 4);
    const late = await ask(bench, '/v1/policies/nightly/prune', { confirm: plan });
    expect(late).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
    expect(await recorded(bench)).toEqual([]);
    const asked = { confirm: late.body['plan'] };
    const yes = await ask(bench, '/v1/policies/nightly/prune', asked, { 'idempotency-key': 'k' });
    const [prune] = await recorded(bench);
    expect(yes).toMatchObject({ status: 202, body: { claims: [{ operation: prune?.metadata.name }] } });
    // The first deletion is begun with the request.
    expect(await present(bench)).toEqual(['p2', 'p3', 'p4']);
    expect(prune).toMatchObject({ metadata: { namespace: 'soteria' }, status: { phase: 'Running' } });
  });

  it('says which claim is not there, and plans nothing for a claim without points', async () => {
    const bench = await createBench();
    const unknown = await ask(bench, '/v1/policies/nightly/prune', { namespace: 'shop', pvc: 'dta', dry_run: true });
    expect(unknown).toMatchObject({ status: 404, body: { code: 'claim_not_found' } });
    expect(unknown.body['why']).toContain('namespace shop has no claim dta');
    bench.cluster.seed({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 'shop', name: 'new' },
    });
    const empty = await ask(bench, '/v1/policies/nightly/prune', { namespace: 'shop', pvc: 'new', dry_run: true });
    expect(empty).toMatchObject({ status: 200, body: { claims: [] } });
  });

  it('is for those who may change policies, and for known policies', async () => {
    const bench = await createBench({
      onAuthorize: ({ verb, namespace }) => {
        if (verb !== 'create' || namespace !== 'soteria' || !isRefused) return;
        throw new SoteriaError('forbidden', { what: 'no', why: 'no', fix: 'no' });
      },
    });
    expect((await ask(bench, '/v1/policies/none/prune', {})).status).toBe(404);
    expect((await ask(bench, '/v1/policies/nightly/prune', { pvc: 'data' })).status).toBe(400);
    isRefused = true;
    expect((await ask(bench, '/v1/policies/nightly/prune', { dry_run: true })).status).toBe(403);
    isRefused = false;
  });
});

let isRefused = false;

describe('a hold', () => {
  it('keeps a point from the prune until it is released', async () => {
    const bench = await createBench();
    const point = { namespace: 'shop', point: 'longhorn:default/p1' };
    const held = await ask(bench, '/v1/backups/hold', { ...point, reason: 'audit' });
    expect(held).toMatchObject({ status: 200, body: { held: true, by: 'anonymous', reason: 'audit' } });
    expect((await bench.client.get(backups, { namespace: longhorn, name: 'p1' }))?.metadata.labels).toMatchObject({
      [holdLabel]: 'true',
    });
    const plan = async () => (await ask(bench, '/v1/policies/nightly/prune', { dry_run: true })).body['claims'];
    expect(await plan()).toEqual([]);
    const released = await ask(bench, '/v1/backups/release', point);
    expect(released).toMatchObject({ status: 200, body: { held: false } });
    expect(await plan()).toHaveLength(1);
  });

  it('is for points of the namespace that the caller names', async () => {
    const bench = await createBench();
    const point = { namespace: 'soteria', point: 'longhorn:default/p1' };
    const answer = await ask(bench, '/v1/backups/hold', point);
    expect(answer).toMatchObject({ status: 404, body: { code: 'restore_point_not_found' } });
  });
});

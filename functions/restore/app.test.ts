import { createAdaptorServer } from '@hono/node-server';
import { operations, operationStatus } from '@soteria/shared/operation/record/schema.ts';
import { volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { persistentVolumeClaims, persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import { heldByLabel } from '@soteria/shared/operation/record/marks.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { createTestBench } from './test-bench.ts';

function open() {
  const bench = createTestBench();
  bench.seedBackups(
    { name: 'monday', at: '2026-01-26T02:00:00Z' },
    { name: 'tuesday', at: '2026-01-27T02:00:00Z' },
    { name: 'foreign', at: '2026-01-28T02:00:00Z', catalogue: {} },
    { name: 'image', at: '2026-01-25T02:00:00Z', pvc: 'imaged', shape: { volume: { ...imaged } } },
  );
  return { ...bench, http: supertest(createAdaptorServer({ fetch: bench.app.fetch })) };
}

const imaged = {
  name: 'vol-1',
  sizeBytes: '1073741824',
  isEncrypted: false,
  backingImage: 'ubuntu',
  numberOfReplicas: 2,
  dataEngine: 'v1',
  accessMode: 'rwo',
};

type Bench = ReturnType<typeof open>;

const ask = { namespace: 'shop', pvc: 'data', target_pvc: 'data-2' };
const foreignUrl = 's3://bucket@region/?backup=foreign&volume=vol-1';

function post({ http }: Bench, type: string, data: object, id: string = crypto.randomUUID()) {
  return http
    .post('/')
    .set({
      'ce-specversion': '1.0',
      'ce-id': id,
      'ce-source': '/test',
      'ce-type': type,
      'ce-time': '2026-01-31T01:30:00Z',
    })
    .send(data);
}

const wake = (bench: Bench, kind: string, name: string, verb = 'update') =>
  post(bench, `dev.knative.apiserver.ref.${verb}`, {
    apiVersion: 'longhorn.io/v1beta2',
    kind,
    namespace: kind === 'Operation' ? 'shop' : 'longhorn-system',
    name,
  });

/** Longhorn moves, its source tells, until nothing changes any more. */
async function runToEnd(bench: Bench, volume: string): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    await bench.step();
    bench.pass(2_000);
    await wake(bench, 'Volume', volume).expect(204);
  }
}

describe('POST /v1/restores', () => {
  it('records an Operation, answers 202 with its place, and leads to a bound claim', async () => {
    const bench = open();
    const answer = await bench.http.post('/v1/restores').send(ask).expect(202);
    expect(answer.body).toMatchObject({
      driver: 'longhorn',
      backup: 'tuesday',
      namespace: 'shop',
      pvc: 'data',
      target_namespace: 'shop',
      target_pvc: 'data-2',
      requested_by: 'ann',
      dry_run: false,
      job_name: 'soteria-restore-data-2-20260131-013001',
      restore_point: 'longhorn:default/tuesday',
      data_as_of: '2026-01-27T02:00:00Z',
      phase: 'Running',
    });
    expect(answer.body.volume).toMatch(/^soteria-restore-data-2-[0-9a-f]{6}$/);
    expect(answer.headers['location']).toBe('/v1/restores/soteria-restore-data-2-20260131-013001?namespace=shop');
    await runToEnd(bench, answer.body.volume);
    const restore = await bench.http.get(answer.headers['location'] ?? '').expect(200);
    expect(restore.body).toMatchObject({
      phase: 'Succeeded',
      progress: 100,
      result: { claim: 'data-2', volume: answer.body.volume, backup: 'tuesday', restoreMs: expect.any(Number) },
      error: null,
    });
    const volume = await bench.client.get(volumes, { namespace: 'longhorn-system', name: answer.body.volume });
    expect(volume?.spec).toMatchObject({
      fromBackup: 's3://bucket@region/?backup=tuesday&volume=vol-1',
      frontend: 'blockdev',
      numberOfReplicas: 2,
      encrypted: false,
    });
    expect((await bench.getClaim('data-2'))?.spec).toMatchObject({
      storageClassName: 'longhorn',
      volumeName: answer.body.volume,
      resources: { requests: { storage: '1Gi' } },
    });
    const list = await bench.http.get('/v1/restores?pvc=data-2').expect(200);
    expect(list.body.items).toHaveLength(1);
    expect(bench.announced.map((one) => one.split(' ')[1])).toEqual(['started', 'completed']);
  });

  it('grows the claim where a larger size is asked for, and is done when the volume has grown', async () => {
    const bench = open();
    const { body } = await bench.http
      .post('/v1/restores')
      .send({ ...ask, size: '2Gi' })
      .expect(202);
    await runToEnd(bench, body.volume);
    const restore = await bench.http.get(`/v1/restores/${body.operation}?namespace=shop`).expect(200);
    expect(restore.body.phase).toBe('Succeeded');
    expect((await bench.getClaim('data-2'))?.spec?.resources?.requests).toEqual({ storage: '2Gi' });
    const grown = await bench.client.get(persistentVolumes, { name: body.volume });
    expect(grown?.spec?.capacity).toEqual({ storage: '2Gi' });
  });

  it('answers the plan of a dry run, every obstacle at once, and creates nothing', async () => {
    const bench = open();
    const plan = await bench.http
      .post('/v1/restores')
      .send({ ...ask, size: '2Gi', labels: { app: 'copy' }, dry_run: true })
      .expect(200);
    expect(plan.body).toMatchObject({
      dry_run: true,
      operation: null,
      restore_point: 'longhorn:default/tuesday',
      point: { id: 'longhorn:default/tuesday' },
      claim: { storage_class: 'longhorn', fs_type: 'xfs', grown_to: '2Gi', labels: { app: 'copy' } },
      blocked_by: [],
    });
    bench.cluster.seed({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'x', namespace: 'shop' } });
    const blocked = await bench.http
      .post('/v1/restores')
      .send({ ...ask, pvc: 'imaged', target_pvc: 'x', dry_run: true })
      .expect(200);
    expect(blocked.body.blocked_by.map((one: { code: string }) => one.code)).toEqual([
      'target_exists',
      'restore_point_not_usable',
    ]);
    expect(await bench.store.list({})).toEqual([]);
    expect((await bench.client.list(volumes)).items).toEqual([]);
  });

  it.each<[string, object, number, string]>([
    ['no target', { namespace: 'shop', pvc: 'data' }, 400, 'invalid_request'],
    ['an unknown member', { ...ask, overwrite: true }, 400, 'invalid_request'],
    ['two choices at once', { ...ask, snapshot: 'monday', as_of: '2026-01-26T02:00:00Z' }, 400, 'invalid_request'],
    ['a size that is none', { ...ask, size: 'large' }, 400, 'invalid_request'],
    ['a label that is none', { ...ask, labels: { 'a b': 'c' } }, 400, 'invalid_request'],
    ['a value that no label has', { ...ask, labels: { a: 'b c' } }, 400, 'invalid_request'],
    ['a label of ours', { ...ask, labels: { 'soteria.dev/temporary': 'true' } }, 400, 'invalid_request'],
    [
      'modes that exclude each other',
      { ...ask, access_modes: ['ReadWriteOncePod', 'ReadWriteMany'] },
      400,
      'invalid_request',
    ],
    ['a claim that exists', { ...ask, target_pvc: 'there' }, 409, 'target_exists'],
    ['no point before an instant', { ...ask, as_of: '2026-01-01T00:00:00Z' }, 404, 'restore_point_not_found'],
    ['a missing backing image', { ...ask, pvc: 'imaged' }, 422, 'restore_point_not_usable'],
    [
      'a class that is not there, with more',
      { ...ask, size: '2Gi', storage_class: 'x' },
      422,
      'restore_point_not_usable',
    ],
    ['a class that is not there', { ...ask, storage_class: 'x' }, 422, 'unprocessable'],
    ['less than there is', { ...ask, size: '1Mi' }, 422, 'restore_point_not_usable'],
    ['a namespace that is not there', { ...ask, target_namespace: 'nowhere' }, 404, 'not_found'],
  ])('answers %s clearly and changes nothing', async (_title, body, status, code) => {
    const bench = open();
    bench.cluster.seed({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'there', namespace: 'shop' },
    });
    const answer = await bench.http.post('/v1/restores').send(body).expect(status);
    expect(answer.body).toMatchObject({
      code,
      what: expect.any(String),
      why: expect.any(String),
      fix: expect.any(String),
    });
    expect(await bench.store.list({})).toEqual([]);
    expect((await bench.client.list(volumes)).items).toEqual([]);
  });

  it('needs the right in the source and in the target namespace', async () => {
    const bench = open();
    bench.cluster.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'copy' } });
    const across = { ...ask, target_namespace: 'copy' };
    bench.refused.add('shop');
    await bench.http.post('/v1/restores').send(across).expect(403);
    bench.refused.delete('shop');
    bench.refused.add('copy');
    await bench.http.post('/v1/restores').send(across).expect(403);
    bench.refused.delete('copy');
    await bench.http.post('/v1/restores').send(across).expect(202);
  });

  it('gives a point of nobody only to who may ask everywhere', async () => {
    const bench = open();
    bench.refused.add('all');
    await bench.http
      .post('/v1/restores')
      .send({ ...ask, backup_url: foreignUrl })
      .expect(403);
    await post(bench, 'dev.soteria.restore.requested.v1', { ...ask, backup_url: foreignUrl }).expect(403);
    bench.refused.delete('all');
    const answer = await bench.http
      .post('/v1/restores')
      .send({ ...ask, backup_url: foreignUrl })
      .expect(202);
    expect(answer.body.backup).toBe('foreign');
  });

  it('gives a point of nobody to the claim its volume is bound to, and to none that only names that volume', async () => {
    const bench = open();
    bench.refused.add('all');
    const claim = (uid: string, phase: string) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace: 'shop', name: 'data', uid },
      spec: { volumeName: 'pv-1' },
      status: { phase },
    });
    bench.cluster.seed(claim('uid-thief', 'Pending'), {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'pv-1' },
      spec: {
        claimRef: { namespace: 'shop', name: 'data', uid: 'uid-owner' },
        csi: { driver: 'driver.longhorn.io', volumeHandle: 'vol-1' },
      },
    });
    const asked = { ...ask, snapshot: 'foreign' };
    await bench.http.post('/v1/restores').send(asked).expect(404);
    await bench.http
      .post('/v1/restores')
      .send({ ...ask, backup_url: foreignUrl })
      .expect(403);
    await bench.client.delete(persistentVolumeClaims, { namespace: 'shop', name: 'data' });
    bench.cluster.seed(claim('uid-owner', 'Bound'));
    await bench.http.post('/v1/restores').send(asked).expect(202);
  });

  it.each([
    ['2026-01-30T03:00:00+01:00', '2026-01-30T02:00:00.000Z'],
    ['yesterday', 'nothing'],
  ])('records a foreign point of the longest name, of %s, as the API server takes it', async (at, dataAsOf) => {
    const bench = open();
    const name = 'b'.repeat(253);
    bench.seedBackups({ name, at });
    const { body } = await bench.http
      .post('/v1/restores')
      .send({ ...ask, snapshot: `longhorn:default/${name}` })
      .expect(202);
    await runToEnd(bench, body.volume);
    const { status } = (await bench.store.get({ namespace: 'shop', name: body.operation })) ?? {};
    expect(operationStatus.parse(status)).toMatchObject({ phase: 'Succeeded', result: { backup: name } });
    expect(status?.result?.dataAsOf ?? 'nothing').toBe(dataAsOf);
  });

  it('takes the same Idempotency-Key for the same request', async () => {
    const bench = open();
    const send = () => bench.http.post('/v1/restores').set('idempotency-key', 'k1').send(ask).expect(202);
    const first = await send();
    bench.pass(5_000);
    const again = await send();
    expect(again.body).toMatchObject({ operation: first.body.operation, repeated: true });
    expect(await bench.store.list({})).toHaveLength(1);
  });

  it('refuses the Idempotency-Key of another request', async () => {
    const bench = open();
    const send = (body: object) => bench.http.post('/v1/restores').set('idempotency-key', 'k1').send(body);
    await send(ask).expect(202);
    const other = await send({ ...ask, target_pvc: 'data-3' }).expect(409);
    expect(other.body).toMatchObject({ code: 'conflict', why: expect.stringContaining('Idempotency-Key') });
    expect(await bench.store.list({})).toHaveLength(1);
  });

  it('tells in a dry run what only the cluster knows', async () => {
    const bench = open();
    bench.cluster.onAdmit(persistentVolumeClaims, () => ({
      refuse: { code: 403, message: 'exceeded quota: storage' },
    }));
    const full = await bench.http
      .post('/v1/restores')
      .send({ ...ask, dry_run: true })
      .expect(200);
    expect(full.body.blocked_by).toMatchObject([{ why: expect.stringContaining('exceeded quota: storage') }]);
    const nowhere = await bench.http
      .post('/v1/restores')
      .send({ ...ask, target_namespace: 'nowhere', dry_run: true })
      .expect(200);
    expect(nowhere.body.blocked_by).toMatchObject([
      { code: 'not_found', fix: expect.stringContaining('create namespace') },
    ]);
  });

  it('lists in pages, newest first, by what is asked', async () => {
    const bench = open();
    for (const index of [1, 2, 3, 4, 5]) {
      bench.pass(1_000);
      await bench.http
        .post('/v1/restores')
        .send({ ...ask, target_pvc: `data-${index + 1}` })
        .expect(202);
    }
    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await bench.http.get('/v1/restores').query({ limit: 2, ...(next === undefined ? {} : { next }) });
      seen.push(...page.body.items.map((one: { target_pvc: string }) => one.target_pvc));
      next = page.body.next;
    } while (next !== undefined);
    expect(seen).toEqual(['data-6', 'data-5', 'data-4', 'data-3', 'data-2']);
    const count = async (query: object) => (await bench.http.get('/v1/restores').query(query)).body.items.length;
    expect(await count({ pvc: 'data-3' })).toBe(1);
    expect(await count({ kind: 'RestoreTest' })).toBe(0);
    expect(await count({ source_namespace: 'shop', phase: 'Running' })).toBe(5);
    await bench.http.get('/v1/restores?limit=0').expect(400);
    await bench.http.get('/v1/restores?next=abc').expect(400);
    await bench.http.get('/v1/restores?kind=Backup').expect(400);
  });

  it('refuses a second one for the claim that is being made', async () => {
    const bench = open();
    await bench.http.post('/v1/restores').send(ask).expect(202);
    await bench.http.post('/v1/restores').send(ask).expect(409);
  });

  it('cancels, and nothing is left', async () => {
    const bench = open();
    const { body } = await bench.http.post('/v1/restores').send(ask).expect(202);
    expect(await bench.everythingMade()).toHaveLength(3);
    const cancelled = await bench.http.post(`/v1/restores/${body.operation}/cancel?namespace=shop`).expect(202);
    expect(cancelled.body).toMatchObject({ phase: 'Cancelled', error: { code: 'cancelled' } });
    await bench.step();
    expect(await bench.everythingMade()).toEqual([]);
    await bench.http.post(`/v1/restores/${body.operation}/cancel?namespace=shop`).expect(409);
  });
});

describe('POST /v1/restore-test', () => {
  it('with a target is the older name of a restore', async () => {
    const bench = open();
    const answer = await bench.http
      .post('/v1/restore-test')
      .send({ ...ask, snapshot: 'monday' })
      .expect(202);
    expect(answer.body).toMatchObject({ backup: 'monday', target_pvc: 'data-2' });
  });
});

describe('dev.soteria.restore.requested.v1', () => {
  it('records one Operation however often it comes, and a refusal in the record', async () => {
    const bench = open();
    const type = 'dev.soteria.restore.requested.v1';
    await post(bench, type, ask, 'same').expect(204);
    await post(bench, type, ask, 'same').expect(204);
    await post(bench, type, { ...ask, target_pvc: 'data-3', snapshot: 'friday' }).expect(204);
    const recorded = await bench.store.list({});
    expect(recorded.map(({ status }) => String(status?.phase)).sort((a, b) => a.localeCompare(b))).toEqual([
      'Failed',
      'Running',
    ]);
    expect(recorded.find(({ status }) => status?.phase === 'Failed')?.status?.error?.code).toBe(
      'restore_point_not_found',
    );
  });
});

describe('dev.soteria.namespacerestore.requested.v1', () => {
  const type = 'dev.soteria.namespacerestore.requested.v1';
  const whole = { namespace: 'shop', target_namespace: 'shop', name_suffix: '-copy' };

  it('records one Operation however often it comes, which restores every claim with points', async () => {
    const bench = open();
    await post(bench, type, whole, 'same').expect(204);
    await post(bench, type, whole, 'same').expect(204);
    const recorded = await bench.store.list({});
    expect(recorded.filter(({ spec }) => spec.kind === 'NamespaceRestore')).toHaveLength(1);
    const restores = recorded.filter(({ spec }) => spec.kind === 'Restore').map(({ spec }) => spec.request.targetPvc);
    expect(restores.sort((a, b) => String(a).localeCompare(String(b)))).toEqual(['data-copy', 'imaged-copy']);
  });

  it('needs the right in both namespaces, and a request that is one', async () => {
    const bench = open();
    bench.refused.add('shop');
    await post(bench, type, whole).expect(403);
    bench.refused.delete('shop');
    await post(bench, type, { namespace: 'shop' }).expect(422);
    expect(await bench.store.list({})).toEqual([]);
  });
});

describe('an Operation made with kubectl', () => {
  const spec = { kind: 'Restore' as const, request: { pvc: 'data', targetPvc: 'data-2' } };
  const made = {
    apiVersion: 'soteria.dev/v1alpha1',
    kind: 'Operation',
    metadata: { name: 'soteria-restore-data-x', namespace: 'shop' },
    spec,
  };

  it('is moved by the event of its creation', async () => {
    const bench = open();
    await bench.client.create(operations, made);
    await wake(bench, 'Operation', 'soteria-restore-data-x', 'add').expect(204);
    expect(await bench.store.get({ namespace: 'shop', name: 'soteria-restore-data-x' })).toMatchObject({
      status: { phase: 'Running' },
    });
  });

  it('is not given a point of nobody', async () => {
    const bench = open();
    await bench.client.create(operations, {
      ...made,
      spec: { ...spec, request: { ...spec.request, backupUrl: foreignUrl } },
    });
    await wake(bench, 'Operation', 'soteria-restore-data-x', 'add').expect(204);
    expect(await bench.store.get({ namespace: 'shop', name: 'soteria-restore-data-x' })).toMatchObject({
      status: { phase: 'Failed', error: { code: 'restore_point_not_usable' } },
    });
  });

  it('leaves nothing when it is deleted while it is open', async () => {
    const bench = open();
    await bench.client.create(operations, made);
    await wake(bench, 'Operation', 'soteria-restore-data-x', 'add').expect(204);
    const [volume] = (await bench.client.list(volumes)).items;
    await bench.client.delete(operations, { namespace: 'shop', name: 'soteria-restore-data-x' });
    await wake(bench, 'Volume', volume?.metadata.name ?? '').expect(204);
    await bench.step();
    expect(await bench.everythingMade()).toEqual([]);
    expect((await bench.parts.longhorn.backups.get('tuesday'))?.marks[heldByLabel]).toBeUndefined();
  });

  it('leaves nothing when the only event is its deletion, and keeps a later Operation of the same name', async () => {
    const bench = open();
    await bench.client.create(operations, made);
    await wake(bench, 'Operation', 'soteria-restore-data-x', 'add').expect(204);
    const [volume] = (await bench.client.list(volumes)).items;
    await bench.client.delete(operations, { namespace: 'shop', name: 'soteria-restore-data-x' });
    await bench.client.create(operations, {
      ...made,
      spec: { ...spec, request: { pvc: 'data', targetPvc: 'data-9' } },
    });
    await wake(bench, 'Operation', 'soteria-restore-data-x', 'add').expect(204);
    await wake(bench, 'Volume', volume?.metadata.name ?? '').expect(204);
    await bench.step();
    expect(await bench.everythingMade()).toHaveLength(3);
    expect(await bench.getClaim('data-9')).toBeDefined();
    await bench.client.delete(operations, { namespace: 'shop', name: 'soteria-restore-data-x' });
    await wake(bench, 'Operation', 'soteria-restore-data-x', 'delete').expect(204);
    await bench.step();
    expect(await bench.everythingMade()).toEqual([]);
  });
});

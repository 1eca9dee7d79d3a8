import { createAdaptorServer } from '@hono/node-server';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import { createVerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { createTestBench } from './test-bench.ts';

function open() {
  const bench = createTestBench();
  return { ...bench, http: supertest(createAdaptorServer({ fetch: bench.app.fetch })) };
}

type Bench = ReturnType<typeof open>;

const ask = { namespace: 'shop', pvc: 'data' };

function raise(): never {
  throw new Error('there is no such Operation');
}

/** As the broker delivers an ApiServerSource's reference. */
function wake({ http }: Bench, kind: string, name: string, type = 'update') {
  return http
    .post('/')
    .set({
      'ce-specversion': '1.0',
      'ce-id': crypto.randomUUID(),
      'ce-source': 'https://10.96.0.1:443',
      'ce-type': `dev.knative.apiserver.ref.${type}`,
    })
    .send({ apiVersion: 'longhorn.io/v1beta2', kind, namespace: 'longhorn-system', name });
}

function request(bench: Bench, id: string, data: unknown, time = bench.now()) {
  return bench.http
    .post('/')
    .set({
      'ce-specversion': '1.0',
      'ce-id': id,
      'ce-source': '/ariadne',
      'ce-type': 'dev.soteria.backup.requested.v1',
      'ce-time': time.toISOString(),
    })
    .send(data as object);
}

/** Longhorn moves, its source tells, until nothing changes any more. */
async function runToEnd(bench: Bench, name: string): Promise<void> {
  for (let round = 0; round < 6; round += 1) {
    bench.longhorn.step();
    bench.pass(2_000);
    await wake(bench, 'Snapshot', name).expect(204);
    await wake(bench, 'Backup', name).expect(204);
  }
}

describe('POST /v1/backup', () => {
  it('records an Operation, answers 202 with its place, and leads to a restorable point', async () => {
    const bench = open();
    const answer = await bench.http
      .post('/v1/backup')
      .send({ ...ask, tags: ['service=llm'] })
      .expect(202);
    expect(answer.body).toMatchObject({
      driver: 'longhorn',
      volume: 'vol-1',
      namespace: 'shop',
      requested_by: 'anonymous',
      dry_run: false,
      job_name: 'soteria-backup-data-20260131-013001',
      secret: null,
    });
    expect(answer.body.backup).toMatch(/^soteria-backup-shop-data-20260131-013001-[0-9a-f]{6}$/);
    expect(answer.headers['location']).toBe('/v1/operations/soteria-backup-data-20260131-013001?namespace=shop');

    await runToEnd(bench, answer.body.backup);
    const operation = await bench.store.get({ namespace: 'shop', name: answer.body.operation });
    expect(operation?.status).toMatchObject({ phase: 'Succeeded', progress: 100 });
    expect(operation?.status?.error).toBeUndefined();

    const list = await bench.http.get('/v1/backups?namespace=shop&pvc=data').expect(200);
    expect(list.body.volume).toBe('vol-1');
    expect(list.body.items).toHaveLength(1);
    expect(list.body.items[0]).toMatchObject({
      id: `longhorn:default/${answer.body.backup}`,
      namespace: 'shop',
      pvc: 'data',
      cluster_id: 'cluster-1',
      restorable: true,
      origin: 'own',
      consistency: 'crash',
      mode: 'incremental',
      held: false,
      verified_at: null,
      refuted_at: null,
      tags: ['service=llm'],
    });
    expect(bench.announced).toEqual([
      'soteria-backup-data-20260131-013001 started',
      'soteria-backup-data-20260131-013001 completed',
    ]);
  });

  it('tells in the list which point a restore test has proved, and which it has refuted', async () => {
    const bench = open();
    const { body } = await bench.http.post('/v1/backup').send(ask).expect(202);
    await runToEnd(bench, body.backup);
    const point = `longhorn:default/${body.backup}`;
    const verified = createVerifiedPoints(bench.cluster.client, 'soteria');
    const list = async () => (await bench.http.get('/v1/backups?namespace=shop&pvc=data').expect(200)).body.items;
    const at = '2026-01-31T02:00:00.000Z';
    await verified.keep({ ...ask, point, at, outcome: 'verified', strength: 'counts', weaker: ['nothing_read'] });
    expect(await list()).toMatchObject([
      { id: point, verified_at: at, verified_strength: 'counts', verified_weaker: ['nothing_read'], refuted_at: null },
    ]);
    const later = '2026-02-01T02:00:00.000Z';
    await verified.keep({ ...ask, point, at: later, outcome: 'refuted', why: 'files: 2 found' });
    expect(await list()).toMatchObject([
      { id: point, verified_at: null, refuted_at: later, refuted_because: 'files: 2 found' },
    ]);
    const [proved, disputed] = ['2026-02-02T02:00:00.000Z', '2026-02-03T02:00:00.000Z'];
    await verified.keep({ ...ask, point, at: proved, outcome: 'verified', strength: 'checksums' });
    await verified.keep({ ...ask, point, at: disputed, outcome: 'refuted', strength: 'counts' });
    expect(await list()).toMatchObject([
      { verified_at: proved, verified_strength: 'checksums', refuted_at: disputed, refuted_strength: 'counts' },
    ]);
  });

  it('answers the plan of a dry run and creates nothing', async () => {
    const bench = open();
    const answer = await bench.http
      .post('/v1/backup')
      .send({ ...ask, dry_run: true })
      .expect(200);
    expect(answer.body).toMatchObject({
      dry_run: true,
      volume: 'vol-1',
      backup_target: 'default',
      blocked_by: [],
      estimated_bytes: 1_610_612_736,
    });
    expect(await bench.store.list({})).toEqual([]);
    expect(await bench.longhorn.snapshots.listOfVolume('vol-1')).toEqual([]);
    expect(await bench.longhorn.backups.list({})).toEqual([]);
  });

  it('tells in a dry run everything that would block it', async () => {
    const bench = open();
    bench.longhorn.volumes.add({ name: 'vol-1', robustness: 'faulted' });
    bench.longhorn.makeTargetUnavailable('default', 'cannot mount nas.lan');
    const answer = await bench.http
      .post('/v1/backup')
      .send({ ...ask, dry_run: true })
      .expect(200);
    expect(answer.body.blocked_by.map((one: { code: string }) => one.code)).toEqual([
      'volume_faulted',
      'target_unavailable',
    ]);
  });

  it('refuses with a problem document, Longhorn’s own message, and nothing recorded', async () => {
    const bench = open();
    bench.longhorn.makeTargetUnavailable('default', 'cannot mount nas.lan: timed out');
    const answer = await bench.http
      .post('/v1/backup')
      .send(ask)
      .expect(422)
      .expect('content-type', /application\/problem\+json/);
    expect(answer.body).toMatchObject({ status: 422, code: 'target_unavailable' });
    expect(answer.body.why).toContain('cannot mount nas.lan: timed out');
    expect(await bench.store.list({})).toEqual([]);
  });

  it.each([
    ['no body', {}, 400],
    ['a wrong type', { ...ask, dry_run: 'yes' }, 400],
    ['an unknown member', { ...ask, namspace: 'typo' }, 400],
    ['a tag without =', { ...ask, tags: ['llm'] }, 400],
    ['a namespace that is none', { namespace: 'Shop!', pvc: 'data' }, 400],
    ['a claim that is not there', { namespace: 'shop', pvc: 'nothing' }, 404],
    ['a driver of another version', { ...ask, driver: 'restic' }, 422],
  ])('answers %s clearly and changes nothing', async (_title, body, status) => {
    const bench = open();
    const answer = await bench.http.post('/v1/backup').send(body).expect(status);
    expect(answer.body).toMatchObject({
      status,
      what: expect.any(String),
      why: expect.any(String),
      fix: expect.any(String),
    });
    expect(await bench.store.list({})).toEqual([]);
  });

  it('takes the same Idempotency-Key for the same request', async () => {
    const bench = open();
    const first = await bench.http.post('/v1/backup').set('idempotency-key', 'k1').send(ask).expect(202);
    await runToEnd(bench, first.body.backup);
    bench.pass(60_000);
    const again = await bench.http.post('/v1/backup').set('idempotency-key', 'k1').send(ask).expect(202);
    expect(again.body).toMatchObject({ operation: first.body.operation, repeated: true });
    const other = await bench.http.post('/v1/backup').set('idempotency-key', 'k2').send(ask).expect(202);
    expect(other.body.operation).not.toBe(first.body.operation);
  });

  it.each([
    ['mode', { mode: 'full' }],
    ['tags', { tags: ['why=upgrade'] }],
    ['max_age', { max_age: 60 }],
  ])(
    'refuses the Idempotency-Key of a request that differs in %s, also when that one has joined',
    async (member, more) => {
      const bench = open();
      const send = (key: string, body: object) => bench.http.post('/v1/backup').set('idempotency-key', key).send(body);
      await send('k1', ask).expect(202);
      bench.pass(1_000);
      await send('k2', ask).expect(202);
      bench.pass(1_000);
      expect((await send('k3', ask).expect(202)).body).toMatchObject({ joined: true });
      const before = await bench.store.list({});
      for (const key of ['k1', 'k2', 'k3']) {
        const { body } = await send(key, { ...ask, ...more }).expect(409);
        expect(body).toMatchObject({ code: 'conflict', differs_in: [member], why: expect.stringContaining(member) });
      }
      expect(await bench.store.list({})).toEqual(before);
    },
  );

  it('refuses the Idempotency-Key of a request for another claim of the namespace', async () => {
    const bench = open();
    bench.addClaim('logs');
    const send = (pvc: string) =>
      bench.http.post('/v1/backup').set('idempotency-key', 'k1').send({ namespace: 'shop', pvc });
    await send('data').expect(202);
    expect((await send('logs').expect(409)).body).toMatchObject({ differs_in: ['pvc'] });
  });

  it.each(['', 'k'.repeat(256)])('refuses an Idempotency-Key that cannot be recorded', async (key) => {
    const bench = open();
    await bench.http.post('/v1/backup').set('idempotency-key', key).send(ask).expect(400);
    expect(await bench.store.list({})).toEqual([]);
  });

  it('queues behind an operation whose snapshot is taken, and joins one that only waits', async () => {
    const bench = open();
    const first = await bench.http.post('/v1/backup').send(ask).expect(202);
    bench.pass(1_000);
    const second = await bench.http.post('/v1/backup').send(ask).expect(202);
    expect(second.body).toMatchObject({ joined: false, phase: 'Pending' });
    expect(second.body.message).toContain(`waits for ${first.body.operation}`);
    bench.pass(1_000);
    const third = await bench.http.post('/v1/backup').send(ask).expect(202);
    expect(third.body).toMatchObject({ operation: second.body.operation, joined: true });

    await runToEnd(bench, first.body.backup);
    const next = await bench.store.get({ namespace: 'shop', name: second.body.operation });
    expect(next?.status?.phase).toBe('Running');
  });

  it('does not join an operation whose snapshot may have been taken by a process that died before it could say so', async () => {
    const bench = open();
    bench.longhorn.setWebhookDown(true);
    const first = await bench.http.post('/v1/backup').send(ask).expect(202);
    bench.longhorn.setWebhookDown(false);
    const marks = { 'soteria.dev/managed': 'true' };
    await bench.longhorn.snapshots.create({ name: first.body.backup, volume: 'vol-1', marks }, { isDryRun: false });
    bench.pass(60_000);
    const second = await bench.http.post('/v1/backup').send(ask).expect(202);
    expect(second.body).toMatchObject({ joined: false, phase: 'Pending' });
  });

  it('accepts an existing point that is young enough', async () => {
    const bench = open();
    const first = await bench.http.post('/v1/backup').send(ask).expect(202);
    await runToEnd(bench, first.body.backup);
    const reused = await bench.http
      .post('/v1/backup')
      .send({ ...ask, max_age: '15m' })
      .expect(200);
    expect(reused.body).toMatchObject({ reused: true, backup: first.body.backup });
    bench.pass(3_600_000);
    await bench.http
      .post('/v1/backup')
      .send({ ...ask, max_age: '15m' })
      .expect(202);
  });
});

describe('a point that a restore test has refuted', () => {
  it('satisfies nobody, however young it is', async () => {
    const bench = open();
    const first = await bench.http.post('/v1/backup').send(ask).expect(202);
    await runToEnd(bench, first.body.backup);
    await createVerifiedPoints(bench.cluster.client, 'soteria').keep({
      ...ask,
      point: `longhorn:default/${first.body.backup}`,
      outcome: 'refuted',
      at: '2026-01-31T02:00:00.000Z',
    });
    bench.pass(60_000);
    const second = await bench.http
      .post('/v1/backup')
      .send({ ...ask, max_age: '15m' })
      .expect(202);
    expect(second.body.phase).toBe('Running');
    expect(second.body.backup).not.toBe(first.body.backup);
  });
});

describe('dev.soteria.backup.requested.v1', () => {
  it('is recorded once, however often it comes', async () => {
    const bench = open();
    await Promise.all([1, 2, 3].map(() => request(bench, 'e1', ask).expect(204)));
    await request(bench, 'e1', ask).expect(204);
    expect(await bench.store.list({})).toHaveLength(1);
  });

  it('is recorded and acknowledged when it is refused', async () => {
    const bench = open();
    bench.longhorn.volumes.remove('vol-1');
    await request(bench, 'e1', ask).expect(204);
    const [only] = await bench.store.list({});
    expect(only?.status).toMatchObject({ phase: 'Failed', error: { code: 'volume_not_found' }, settled: true });
    expect(bench.announced).toEqual([`${only?.metadata.name} failed`]);
  });

  it('leaves no record of a claim that is not there when it is unsigned: names can be made up', async () => {
    const bench = open();
    const refused = await request(bench, 'e1', { namespace: 'shop', pvc: 'made-up' }).expect(422);
    expect(refused.body).toMatchObject({ code: 'claim_not_found' });
    expect(await bench.store.list({})).toEqual([]);
  });

  it('is not accepted while twenty unsigned ones wait in its namespace, whatever their claims', async () => {
    const bench = open();
    const names = Array.from({ length: 24 }, (_unused, index) => `many-${index}`);
    for (const name of names) bench.addClaim(name);
    // Two run, twenty wait.
    for (const name of names.slice(0, 22)) await request(bench, name, { namespace: 'shop', pvc: name }).expect(204);
    const refused = await request(bench, 'one-more', { namespace: 'shop', pvc: 'many-22' }).expect(429);
    expect(refused.body).toMatchObject({ code: 'rate_limited' });
    await request(bench, 'many-5', { namespace: 'shop', pvc: 'many-5' }).expect(204);
    expect(await bench.store.list({})).toHaveLength(22);
    // An authenticated caller is still accepted.
    await bench.http.post('/v1/backup').send({ namespace: 'shop', pvc: 'many-23' }).expect(202);
  });

  it.each([
    ['a namespace that does not exist', { namespace: 'nowhere', pvc: 'data' }],
    ['an unknown member', { ...ask, surprise: true }],
    ['a wrong type', { ...ask, pvc: 7 }],
  ])('goes to the dead letters at once with %s', async (_title, data) => {
    const bench = open();
    await request(bench, 'e1', data).expect(422);
    expect(await bench.store.list({})).toEqual([]);
  });

  it('is accepted once a minute for a claim when it is unsigned', async () => {
    const bench = open();
    // What ends at once costs as much as what is run.
    bench.longhorn.volumes.remove('vol-1');
    await request(bench, 'e1', ask).expect(204);
    bench.pass(2_000);
    await request(bench, 'e2', ask).expect(429).expect('retry-after', '60');
    await request(bench, 'e1', ask).expect(204);
    bench.pass(60_000);
    await request(bench, 'e2', ask).expect(204);
    expect(await bench.store.list({})).toHaveLength(2);
  });

  it('is not accepted more often by asking for something else each time while the claim’s backups wait', async () => {
    const bench = open();
    await request(bench, 'e1', { ...ask, tags: ['n=1'] }).expect(204);
    await request(bench, 'e2', { ...ask, tags: ['n=2'] }).expect(429);
    await request(bench, 'e3', { ...ask, tags: ['n=3'] }).expect(429);
    expect(await bench.store.list({})).toHaveLength(1);
  });

  it('that was joined is known when it comes again', async () => {
    const bench = open();
    await bench.http.post('/v1/backup').send(ask).expect(202);
    bench.pass(1_000);
    await request(bench, 'e1', ask).expect(204);
    await request(bench, 'e2', ask).expect(204);
    const [, waiting] = await bench.store.list({});
    await bench.store.replaceStatus(waiting ?? raise(), {
      ...(waiting?.status ?? raise()),
      phase: 'Running',
      work: { attempt: 1, snapshot: 'intended' },
    });
    await request(bench, 'e2', ask).expect(204);
    expect(await bench.store.list({})).toHaveLength(2);
  });

  it('is refused when it is older than an hour', async () => {
    const bench = open();
    await request(bench, 'e1', ask, new Date(bench.now().getTime() - 3_700_000)).expect(422);
    expect(await bench.store.list({})).toEqual([]);
  });
});

describe('an Operation made by kubectl', () => {
  it('is labelled, run and announced like any other', async () => {
    const bench = open();
    await bench.cluster.client.create(operations, {
      apiVersion: 'soteria.dev/v1alpha1',
      kind: 'Operation',
      metadata: { generateName: 'soteria-backup-data-', namespace: 'shop' },
      spec: { kind: 'Backup', request: { pvc: 'data' } },
    });
    const [made] = await bench.store.list({});
    const name = made?.metadata.name ?? '';
    await bench.http
      .post('/')
      .set({
        'ce-specversion': '1.0',
        'ce-id': 'a1',
        'ce-source': 'https://10.96.0.1:443',
        'ce-type': 'dev.knative.apiserver.ref.add',
      })
      .send({ apiVersion: 'soteria.dev/v1alpha1', kind: 'Operation', namespace: 'shop', name })
      .expect(204);
    const running = await bench.store.get({ namespace: 'shop', name });
    await runToEnd(bench, running?.status?.work?.snapshot ?? '');
    expect((await bench.store.get({ namespace: 'shop', name }))?.status?.phase).toBe('Succeeded');
  });
});

describe('an open Operation that is deleted', () => {
  it('is cancelled: what it made goes with the next wake-up, unless it is a restore point', async () => {
    const bench = open();
    const asked = await bench.http.post('/v1/backup').send(ask).expect(202);
    bench.longhorn.step();
    await wake(bench, 'Snapshot', asked.body.backup).expect(204);
    expect((await bench.longhorn.backups.list({})).map((one) => one.name)).toEqual([asked.body.backup]);
    await bench.cluster.client.delete(operations, { namespace: 'shop', name: asked.body.operation });
    await wake(bench, 'Backup', asked.body.backup).expect(204);
    expect(await bench.longhorn.backups.list({})).toEqual([]);
    expect(await bench.longhorn.snapshots.listOfVolume('vol-1')).toEqual([]);
  });
});

describe('GET /v1/backups', () => {
  it('lists every claim, gone ones too, newest first, in pages', async () => {
    const bench = open();
    for (let count = 0; count < 3; count += 1) {
      const answer = await bench.http.post('/v1/backup').send(ask).expect(202);
      await runToEnd(bench, answer.body.backup);
      bench.pass(60_000);
    }
    bench.longhorn.volumes.remove('vol-1');
    const all = await bench.http.get('/v1/backups').expect(200);
    expect(all.body.items).toHaveLength(3);
    const instants = all.body.items.map((one: { data_as_of: string }) => one.data_as_of);
    expect(instants).toEqual(instants.toSorted().toReversed());
    const first = await bench.http.get('/v1/backups?limit=2').expect(200);
    const second = await bench.http.get(`/v1/backups?limit=2&next=${first.body.next}`).expect(200);
    expect([...first.body.items, ...second.body.items]).toEqual(all.body.items);
    expect(second.body.next).toBeUndefined();
    await bench.http.get('/v1/backups?next=nonsense').expect(400);
    await bench.http.get('/v1/backups?pcv=data').expect(400);
  });
});

it('a cancelled Operation ends, and its snapshot is deleted', async () => {
  const bench = open();
  const asked = await bench.http.post('/v1/backup').send(ask).expect(202);
  expect((await bench.cancel(asked.body.operation)).status).toBe(204);
  const ended = await bench.store.get({ namespace: 'shop', name: asked.body.operation });
  expect(ended?.status).toMatchObject({ phase: 'Cancelled', error: { code: 'cancelled' } });
  expect(await bench.longhorn.snapshots.listOfVolume('vol-1')).toEqual([]);
});

import { createAdaptorServer } from '@hono/node-server';
import { jobs, namespaces } from '@soteria/shared/kubernetes/core-types.ts';
import { operations } from '@soteria/shared/operation/record/schema.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { createTestBench } from '../test-bench.ts';

const ask = { namespace: 'shop', pvc: 'data' };
const command = { image: 'registry.example/psql:17', argv: ['pg_controldata', '/claim'] };

async function open() {
  const bench = createTestBench();
  bench.seedBackups({ name: 'point', at: '2026-01-30T01:00:00Z' });
  for (const name of ['soteria-proof', 'team-proof']) {
    await bench.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const http = supertest(createAdaptorServer({ fetch: bench.app.fetch }));
  const post = (body: object) => http.post('/v1/restore-test').send({ ...ask, ...body });
  return { ...bench, post, http };
}

describe('a restore of a point that was refuted', () => {
  it('is not refused, and not without a word', async () => {
    const bench = await open();
    const point = 'longhorn:default/point';
    const at = '2026-01-31T00:00:00.000Z';
    await bench.tools.verified.keep({ ...ask, point, at, outcome: 'refuted', why: 'sqlite a.db: malformed' });
    const restore = { ...ask, target_pvc: 'data-2' };
    const warning = `a restore test has refuted restore point ${point} at ${at}: sqlite a.db: malformed; look at another point`;
    const plan = await bench.http
      .post('/v1/restores')
      .send({ ...restore, dry_run: true })
      .expect(200);
    expect(plan.body).toMatchObject({ warning, point: { refuted_at: at, verified_at: null }, blocked_by: [] });
    const answer = await bench.http.post('/v1/restores').send(restore).expect(202);
    expect(answer.body).toMatchObject({ warning, phase: 'Running' });
  });
});

describe('POST /v1/restore-test without a target', () => {
  it('refuses a claim that is a device, before anything is made', async () => {
    const bench = await open();
    bench.seedBackups({ name: 'device', at: '2026-01-30T02:00:00Z', shape: { volumeMode: 'Block' } });
    const { body } = await bench.post({}).expect(422);
    expect(body).toMatchObject({ code: 'unprocessable', why: expect.stringContaining('volumeMode is Block') });
    expect(await bench.store.list({})).toEqual([]);
    await bench.http
      .post('/v1/restores')
      .send({ ...ask, target_pvc: 'data-2' })
      .expect(202);
  });

  it('says what will be looked at, and that it is little when no verifier is defined', async () => {
    const bench = await open();
    const bare = await bench.post({}).expect(202);
    expect(bare.body).toMatchObject({ verifiers: [], warning: expect.stringContaining('no verifier was defined') });
    const { body } = await bench.http.get('/v1/restores?namespace=shop').expect(200);
    expect(body.items).toMatchObject([{ kind: 'RestoreTest', verifiers: [], warning: expect.any(String) }]);
    const full = await bench.post({ verify: { files: { min: 1 }, database: 'sqlite', command }, dry_run: true });
    expect(full.body).toMatchObject({ verifiers: ['files', 'database', 'command'], blocked_by: [] });
    expect(full.body).not.toHaveProperty('warning');
  });

  it.each([
    ['another database', { database: 'postgres' }, /only sqlite is looked into by this version/],
    ['files of no database', { database_files: ['a.db'] }, /database_files: needs database: sqlite/],
    ['a database outside the claim', { database: 'sqlite', database_files: ['../a.db'] }, /a path below the root/],
    ['a manifest outside the claim', { files: { manifest: '/etc/passwd' } }, /a path below the root/],
    ['more than all of it', { files: { max_drop_percent: 101 } }, /max_drop_percent/],
    ['a command without words', { command: { ...command, argv: [] } }, /argv/],
    ['an image that is none', { command: { ...command, image: ' psql' } }, /the reference of an image/],
    ['a time without end', { command: { ...command, timeout: 'for ever' } }, /timeout/],
    ['a time of a week', { command: { ...command, timeout: '7d' } }, /timeout: must be from 1s to 24h/],
    ['no time', { command: { ...command, timeout: '0s' } }, /timeout: must be from 1s to 24h/],
  ])('is a 400 with %s, and nothing is recorded', async (_title, verify, why) => {
    const bench = await open();
    const { body } = await bench.post({ verify }).expect(400);
    expect(body.why).toMatch(why);
    expect((await bench.client.list(operations)).items).toEqual([]);
  });

  it('runs a command only for who may make Jobs in the namespace of the test', async () => {
    const bench = await open();
    bench.refused.add('jobs in soteria-proof');
    await bench.post({ verify: { command } }).expect(403);
    await bench.post({ verify: { command }, dry_run: true }).expect(403);
    await bench.post({ verify: { command }, test_namespace: 'team-proof' }).expect(202);
    bench.refused.add('team-proof');
    await bench.post({ test_namespace: 'team-proof' }).expect(403);
    await bench.post({}).expect(202);
  });

  it('is refused where no Job can be made, before anything is', async () => {
    const bench = await open();
    const missing = await bench.post({ test_namespace: 'nowhere' }).expect(404);
    expect(missing.body).toMatchObject({ code: 'not_found', why: 'there is no such namespace' });
    const plan = await bench.post({ test_namespace: 'nowhere', dry_run: true }).expect(200);
    expect(plan.body.blocked_by).toMatchObject([{ code: 'not_found' }]);
    expect(await bench.everythingMade()).toEqual([]);
    expect((await bench.client.list(jobs)).items).toEqual([]);
    expect((await bench.client.list(operations)).items).toEqual([]);
  });
});

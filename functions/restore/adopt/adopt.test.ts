import { createAdaptorServer } from '@hono/node-server';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { adoptedName } from '@soteria/shared/settings/adopted-clusters.ts';
import { backups } from '@soteria/shared/longhorn/resource-types.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { shape } from '../../../drivers/longhorn/restore/fixtures.ts';
import { createTestBench } from '../test-bench.ts';

/** This cluster was made an hour before now, 2026-01-31T01:30:01Z. */
const bornAt = '2026-01-31T00:30:00Z';

function catalogueOf(clusterId: string, uid?: string, pvc = 'data') {
  return {
    [catalogueKeys.managed]: 'true',
    [catalogueKeys.clusterId]: clusterId,
    ...(uid === undefined ? {} : { [catalogueKeys.clusterUid]: uid }),
    [catalogueKeys.namespace]: 'shop',
    [catalogueKeys.pvc]: pvc,
    [catalogueKeys.claimShape]: JSON.stringify({ ...shape, pvc }),
  };
}

function open() {
  const bench = createTestBench();
  bench.cluster.seed({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'kube-system', uid: 'uid-here', creationTimestamp: bornAt },
  });
  bench.seedBackups(
    { name: 'old', at: '2026-01-29T02:00:00Z', catalogue: catalogueOf('gone', 'uid-gone') },
    { name: 'new', at: '2026-01-30T02:00:00Z', catalogue: catalogueOf('gone', 'uid-gone') },
    { name: 'logs', at: '2026-01-30T02:00:00Z', catalogue: catalogueOf('gone', 'uid-gone', 'logs') },
    { name: 'foreign', at: '2026-01-30T04:00:00Z', catalogue: {} },
  );
  const http = supertest(createAdaptorServer({ fetch: bench.app.fetch }));
  const adopt = (body: object) => http.post('/v1/backups/adopt').send(body);
  const record = async () =>
    (await bench.client.get(configMaps, { namespace: 'soteria', name: adoptedName }))?.data ?? {};
  return { ...bench, http, adopt, record };
}

const restore = { namespace: 'shop', pvc: 'data', target_pvc: 'data-2' };

describe('POST /v1/backups/adopt', () => {
  it('counts what there is and takes nothing over when it is a dry run', async () => {
    const { adopt, record } = open();
    const { body } = await adopt({ cluster_id: 'gone', dry_run: true }).expect(200);
    expect(body).toMatchObject({
      cluster_id: 'gone',
      this_cluster: 'cluster-1',
      points: 3,
      restorable: 3,
      claims: 2,
      namespaces: ['shop'],
      size_bytes: 3 * 4096,
      oldest: '2026-01-29T02:00:00Z',
      newest: '2026-01-30T02:00:00Z',
      targets: ['default'],
      written_by: ['uid-gone'],
      already_adopted: false,
      blocked_by: [],
    });
    expect(await record()).toEqual({});
  });

  it('makes the points this cluster’s own: "latest" finds them without a cluster_id, and says so', async () => {
    const { http, adopt } = open();
    const before = await http.post('/v1/restores').send(restore).expect(404);
    expect(before.body.why).toMatch(/must be named: gone/);
    const { body } = await adopt({ cluster_id: 'gone' }).expect(200);
    expect(body).toMatchObject({ already_adopted: false, adopted_by: 'ann', adopted_at: '2026-01-31T01:30:01.000Z' });
    const plan = await http
      .post('/v1/restores')
      .send({ ...restore, dry_run: true })
      .expect(200);
    expect(plan.body).toMatchObject({ blocked_by: [], point: { id: 'longhorn:default/new', origin: 'own' } });
    const whole = { namespace: 'shop', target_namespace: 'shop', name_suffix: '-2', dry_run: true };
    const planned = await http.post('/v1/restores/namespace').send(whole).expect(200);
    expect(planned.body.claims.map(({ pvc }: { pvc: string }) => pvc)).toEqual(['data', 'logs']);
  });

  it('again changes nothing, also once no point of it is left', async () => {
    const { adopt, record, client, pass } = open();
    await adopt({ cluster_id: 'gone' }).expect(200);
    const first = await record();
    pass(60_000);
    const again = await adopt({ cluster_id: 'gone' }).expect(200);
    expect(again.body).toMatchObject({ already_adopted: true, adopted_at: '2026-01-31T01:30:01.000Z' });
    for (const { metadata } of (await client.list(backups)).items) {
      await client.delete(backups, { namespace: metadata.namespace, name: metadata.name });
    }
    await adopt({ cluster_id: 'gone' }).expect(200);
    expect(await record()).toEqual(first);
  });

  it.each([
    ['its own id', { cluster_id: 'cluster-1' }, 422, /id of this cluster/],
    ['a cluster that left nothing', { cluster_id: 'never' }, 404, /lists points of gone/],
    ['no id', {}, 400, /cluster_id/],
    ['an empty id', { cluster_id: '' }, 400, /cluster_id/],
    ['a member nobody knows', { cluster_id: 'gone', force: true }, 400, /force/],
  ])('refuses %s and changes nothing', async (_title, body, status, why) => {
    const { adopt, record } = open();
    const answer = await adopt(body).expect(status);
    expect(JSON.stringify(answer.body)).toMatch(why);
    expect(await record()).toEqual({});
  });

  it('refuses a cluster that has written since this one was made, unless the caller says that it is gone', async () => {
    const { adopt, seedBackups, record } = open();
    seedBackups({ name: 'late', at: '2026-01-31T01:00:00Z', catalogue: catalogueOf('gone', 'uid-gone') });
    const refused = await adopt({ cluster_id: 'gone' }).expect(409);
    expect(refused.body).toMatchObject({ code: 'cluster_still_writes', why: expect.stringMatching(/may be alive/) });
    const plan = await adopt({ cluster_id: 'gone', dry_run: true }).expect(200);
    expect(plan.body.blocked_by).toMatchObject([{ code: 'cluster_still_writes' }]);
    expect(await record()).toEqual({});
    await adopt({ cluster_id: 'gone', is_gone: true }).expect(200);
  });

  it('takes what this very cluster wrote under an earlier id', async () => {
    const { adopt, seedBackups } = open();
    seedBackups({ name: 'mine', at: '2026-01-31T01:00:00Z', catalogue: catalogueOf('old-name', 'uid-here') });
    await adopt({ cluster_id: 'old-name' }).expect(200);
  });

  it('refuses while another living cluster has the id of this one', async () => {
    const { adopt, seedBackups } = open();
    seedBackups({ name: 'twin', at: '2026-01-31T01:00:00Z', catalogue: catalogueOf('cluster-1', 'uid-there') });
    const { body } = await adopt({ cluster_id: 'gone', is_gone: true }).expect(409);
    expect(body).toMatchObject({ code: 'cluster_id_shared', why: expect.stringMatching(/uid-there/) });
  });

  it('is for who may create operations in all namespaces', async () => {
    const { adopt, refused, record } = open();
    refused.add('all');
    await adopt({ cluster_id: 'gone' }).expect(403);
    await adopt({ cluster_id: 'gone', dry_run: true }).expect(403);
    expect(await record()).toEqual({});
  });

  it('of two at once keeps one record', async () => {
    const { adopt, record } = open();
    const answers = await Promise.all([1, 2, 3].map(() => adopt({ cluster_id: 'gone' })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(Object.keys(await record())).toHaveLength(1);
  });
});

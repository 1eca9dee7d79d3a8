/** A claim that was deleted and made again under its name: `latest` brings the earlier volume's data back, and every answer says so. */
import { createAdaptorServer } from '@hono/node-server';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { createTestBench } from './test-bench.ts';

interface Present {
  readonly volume?: string;
  readonly terminatingSince?: string;
}

function claimWith({ volume, terminatingSince }: Present): JsonObject[] {
  const deleted =
    terminatingSince === undefined
      ? {}
      : { deletionTimestamp: terminatingSince, finalizers: ['kubernetes.io/pvc-protection'] };
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { namespace: 'shop', name: 'data', uid: 'uid-data', ...deleted },
    spec: volume === undefined ? {} : { volumeName: `pv-${volume}` },
    status: { phase: volume === undefined ? 'Pending' : 'Bound' },
  };
  if (volume === undefined) return [claim];
  const spec = {
    claimRef: { namespace: 'shop', name: 'data', uid: 'uid-data' },
    csi: { driver: 'driver.longhorn.io', volumeHandle: volume },
  };
  return [claim, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: `pv-${volume}` }, spec }];
}

function open(present: Present | undefined) {
  const bench = createTestBench();
  if (present !== undefined) bench.cluster.seed(...claimWith(present));
  bench.seedBackups({ name: 'point', at: '2026-01-30T01:00:00Z' });
  return supertest(createAdaptorServer({ fetch: bench.app.fetch }));
}

const ask = { namespace: 'shop', pvc: 'data', target_pvc: 'data-2' };
const since = '2026-01-31T01:00:00Z';

interface Told {
  readonly ofEarlier: boolean | null;
  readonly volume: string | null;
  readonly since: string | null;
}

const cases: readonly [string, Present | undefined, Told, readonly RegExp[]][] = [
  ['the volume it was made of', { volume: 'vol-1' }, { ofEarlier: false, volume: 'vol-1', since: null }, []],
  ['no claim: it is gone', undefined, { ofEarlier: null, volume: null, since: null }, []],
  [
    'another volume',
    { volume: 'vol-2' },
    { ofEarlier: true, volume: 'vol-2', since: null },
    [/point is of volume vol-1, an earlier one than vol-2, which claim shop\/data has now/],
  ],
  [
    'no volume yet',
    {},
    { ofEarlier: true, volume: null, since: null },
    [/point is of volume vol-1, an earlier one: claim shop\/data has no volume now/],
  ],
  [
    'a claim that is Terminating',
    { volume: 'vol-1', terminatingSince: since },
    { ofEarlier: false, volume: 'vol-1', since },
    [/claim shop\/data is Terminating since 2026-01-31T01:00:00Z/],
  ],
];

it('says that the target is Terminating, which will end, and not only that it exists', async () => {
  const http = open({ volume: 'vol-1', terminatingSince: since });
  const { body } = await http
    .post('/v1/restores')
    .send({ ...ask, target_pvc: 'data' })
    .expect(409);
  expect(body.why).toMatch(/claim shop\/data is Terminating since 2026-01-31T01:00:00Z: wait until it is gone/);
});

describe.each(cases)('a point beside %s', (_title, present, { ofEarlier, volume, since: at }, notices) => {
  const source = present === undefined ? null : { volume, terminating_since: at };
  const said = notices.map((text) => expect.stringMatching(text));

  it('is reported in a dry run and in the answer of a restore', async () => {
    const http = open(present);
    const plan = await http
      .post('/v1/restores')
      .send({ ...ask, dry_run: true })
      .expect(200);
    expect(plan.body).toMatchObject({
      blocked_by: [],
      restore_point: 'longhorn:default/point',
      point: { of_earlier_volume: ofEarlier },
      source_claim: source,
    });
    expect(plan.body.notices).toEqual(said);
    const answer = await http.post('/v1/restores').send(ask).expect(202);
    expect(answer.body).toMatchObject({ point: { of_earlier_volume: ofEarlier }, source_claim: source });
    expect(answer.body.notices).toEqual(said);
  });

  it('is reported in a dry run of a restore test', async () => {
    const plan = await open(present).post('/v1/restore-test').send({ namespace: 'shop', pvc: 'data', dry_run: true });
    expect(plan.body).toMatchObject({ point: { of_earlier_volume: ofEarlier }, source_claim: source });
    expect(plan.body.notices).toEqual(said);
  });
});

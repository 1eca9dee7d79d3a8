import { configMaps } from '../kubernetes/core-types.ts';
import { createMemoryCluster } from '../fakes/kubernetes/memory-cluster.ts';
import { describe, expect, it } from 'vitest';
import { claimHash } from '../operation/record/names.ts';
import { type ClaimJudgement, createVerifiedPoints, verifiedNames } from './verified-points.ts';

const judged: ClaimJudgement = {
  namespace: 'shop',
  pvc: 'data',
  point: 'longhorn:default/a',
  outcome: 'verified',
  at: '2026-01-31T02:00:00.000Z',
};
const later = '2026-02-01T02:00:00.000Z';

function setUp() {
  const { client } = createMemoryCluster({ namespaces: ['soteria'] });
  return { client, verified: createVerifiedPoints(client, 'soteria') };
}

const byName = (a: string, b: string) => a.localeCompare(b);

describe('the proved points', () => {
  it('are none at first', async () => {
    const { verified } = setUp();
    expect(await verified.list()).toEqual([]);
    expect(await verified.proofOf('shop', 'data')).toBeUndefined();
  });

  it('are the newest of each claim, however often and in whatever order they are reported', async () => {
    const { verified } = setUp();
    const newer = { ...judged, point: 'longhorn:default/b', at: later };
    const other = { ...judged, pvc: 'media' };
    for (const one of [judged, newer, judged, newer, other]) await verified.keep(one);
    const list = await verified.list();
    expect(list).toHaveLength(2);
    expect(list).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pvc: 'data', point: 'longhorn:default/b', verifiedAt: later }),
        expect.objectContaining({ pvc: 'media', verifiedAt: judged.at }),
      ]),
    );
  });

  it('are none that was refuted since, and the refutation is kept', async () => {
    const { verified } = setUp();
    await verified.keep(judged);
    await verified.keep({ ...judged, outcome: 'refuted', at: later, why: 'blocks are missing' });
    expect(await verified.list()).toEqual([]);
    expect((await verified.proofOf('shop', 'data'))?.points).toMatchObject([
      { point: judged.point, outcome: 'refuted', at: later, why: 'blocks are missing' },
    ]);
  });

  it('are all kept when many are reported at once', async () => {
    const { verified } = setUp();
    const many = Array.from({ length: 40 }, (_none, at) => Object.assign({}, judged, { pvc: `claim-${at}` }));
    // As the wake-ups of an operation do: a write that lost the race is tried again.
    const keep = async (one: ClaimJudgement): Promise<void> => verified.keep(one).catch(() => keep(one));
    await Promise.all(many.map(keep));
    expect((await verified.list()).map(({ pvc }) => pvc).toSorted(byName)).toEqual(
      many.map(({ pvc }) => pvc).toSorted(byName),
    );
  });

  it('stay within what Kubernetes takes, however long the names: those judged longest ago go', async () => {
    const { client, verified } = setUp();
    const pvc = 'p'.repeat(253);
    const fat = { ...judged, pvc, point: `longhorn:default/${'b'.repeat(63)}`, why: 'x'.repeat(120) };
    const name = `soteria-verified-${claimHash('shop', pvc).slice(0, 1)}`;
    const record = JSON.stringify({ namespace: 'shop', pvc, points: Array.from({ length: 6 }, () => fat) });
    const data = Object.fromEntries(Array.from({ length: 600 }, (_none, at) => [`key-${at}`, record]));
    await client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'soteria' },
      data,
    });
    await verified.keep(fat);
    const kept = (await client.get(configMaps, { name, namespace: 'soteria' }))?.data ?? {};
    expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThan(1_048_576);
    expect(kept).toHaveProperty(claimHash('shop', pvc));
    expect(Object.keys(kept).length).toBeGreaterThan(200);
  });

  it('are not taken from what somebody has written by hand', async () => {
    const { client, verified } = setUp();
    await verified.keep(judged);
    const [first = ''] = verifiedNames;
    const metadata = { namespace: 'soteria', name: first };
    const data = { x: 'not json', y: '{"pvc":1}' };
    await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }).catch(() => undefined);
    await client.patch(configMaps, metadata, { data });
    expect(await verified.list()).toMatchObject([{ point: judged.point }]);
  });
});

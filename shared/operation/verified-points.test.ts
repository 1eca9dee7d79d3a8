import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { createMemoryCluster } from '@soteria/shared/kubernetes/memory-cluster.ts';
import { describe, expect, it } from 'vitest';
import { createVerifiedPoints, verifiedName } from './verified-points.ts';

const point = { namespace: 'shop', pvc: 'data', point: 'longhorn:default/a', verifiedAt: '2026-01-31T02:00:00.000Z' };

function setUp() {
  const { client } = createMemoryCluster({ namespaces: ['soteria'] });
  return { client, verified: createVerifiedPoints(client, 'soteria') };
}

describe('the proved points', () => {
  it('are none at first', async () => {
    expect(await setUp().verified.list()).toEqual([]);
  });

  it('are the newest of each claim, however often and in whatever order they are told', async () => {
    const { verified } = setUp();
    const newer = { ...point, point: 'longhorn:default/b', verifiedAt: '2026-02-01T02:00:00.000Z' };
    const other = { ...point, pvc: 'media' };
    for (const one of [point, newer, point, newer, other]) await verified.keep(one);
    expect(await verified.list()).toEqual(expect.arrayContaining([newer, other]));
    expect(await verified.list()).toHaveLength(2);
  });

  it('are all kept when many are told at once', async () => {
    const { verified } = setUp();
    const many = ['a', 'b', 'c', 'd'].map((pvc) => Object.assign({}, point, { pvc }));
    await Promise.all(many.map((one) => verified.keep(one)));
    expect((await verified.list()).map(({ pvc }) => pvc).toSorted((a, b) => a.localeCompare(b))).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it('are not taken from what somebody has written by hand', async () => {
    const { client, verified } = setUp();
    await verified.keep(point);
    const ref = { namespace: 'soteria', name: verifiedName };
    await client.patch(configMaps, ref, { data: { x: 'not json', y: '{"pvc":1}' } });
    expect(await verified.list()).toEqual([point]);
  });
});

import { describe, expect, it } from 'vitest';
import { secrets, tokenReviews } from '../../kubernetes/core-types.ts';
import { createMemoryCluster } from './memory-cluster.ts';
import { at, codeOf, configMapsAt, makeCluster, thing, things } from './memory-fixtures.ts';
import type { JsonObject } from './wire-object.ts';

describe('what the server fills in', () => {
  it('is decided by the given clock and counters, so that two runs agree', async () => {
    const [first, second] = await Promise.all(
      [makeCluster(), makeCluster()].map(({ client }) => client.create(things, thing('a'))),
    );
    expect(first).toEqual(second);
    expect(first?.metadata).toMatchObject({ creationTimestamp: '2025-03-04T05:06:07Z', generation: 1 });
  });

  it('ignores what a caller claims to be', () => {
    const { api } = makeCluster();
    const metadata = { name: 'a', uid: 'mine', generation: 9, deletionTimestamp: 'x', managedFields: [{}] };
    const made = api.create(at, { apiVersion: 'test.dev/v1', kind: 'Thing', metadata }).metadata;
    expect(made.uid).not.toBe('mine');
    expect(Object.keys(made).sort()).toEqual([
      'creationTimestamp',
      'generation',
      'name',
      'namespace',
      'resourceVersion',
      'uid',
    ]);
  });

  it('cuts a generated name to 63 characters and never gives one that is taken', () => {
    const suffixes = ['aaaaa', 'aaaaa', 'bbbbb'];
    const { api } = createMemoryCluster({ makeSuffix: () => suffixes.shift() ?? 'zzzzz' });
    const metadata = { generateName: 'n'.repeat(80) };
    expect(api.create(configMapsAt, { metadata }).metadata.name).toBe(`${'n'.repeat(58)}aaaaa`);
    expect(api.create(configMapsAt, { metadata }).metadata.name).toBe(`${'n'.repeat(58)}bbbbb`);
  });

  it.each([
    ['a claim', 'persistentvolumeclaims', { phase: 'Pending' }],
    ['a pod', 'pods', { phase: 'Pending' }],
    ['a service', 'services', { loadBalancer: {} }],
  ])('gives %s its first status', (_what, plural, status) => {
    const { api } = makeCluster();
    const body = { metadata: { name: 'a' }, spec: {}, status: { phase: 'Claimed' } };
    expect(api.create({ ...configMapsAt, plural }, body)['status']).toEqual(status);
  });

  it('turns stringData of a secret into data', async () => {
    const { client } = makeCluster();
    const draft = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } };
    const made = await client.create(secrets, { ...draft, stringData: { key: 'größe' } });
    expect(made).toMatchObject({ type: 'Opaque', data: { key: 'Z3LDtsOfZQ==' } });
    expect(made).not.toHaveProperty('stringData');
  });
});

describe('what is refused', () => {
  const metadataCases: readonly (readonly [why: string, metadata: JsonObject, code: number])[] = [
    ['no name', {}, 422],
    ['an upper-case name', { name: 'A' }, 422],
    ['a name of 254 characters', { name: 'a'.repeat(254) }, 422],
    ['a label value with a blank', { name: 'a', labels: { x: 'a b' } }, 422],
    ['a label value of 64 characters', { name: 'a', labels: { x: 'a'.repeat(64) } }, 422],
    ['a label key with two slashes', { name: 'a', labels: { 'a/b/c': 'x' } }, 422],
    ['a label that is a number', { name: 'a', labels: { x: 1 } }, 422],
    ['more than 256 KiB of annotations', { name: 'a', annotations: { x: 'a'.repeat(256 * 1024) } }, 422],
    ['a resourceVersion', { name: 'a', resourceVersion: '5' }, 500],
    ['another namespace than the path', { name: 'a', namespace: 'other' }, 400],
  ];
  it.each(metadataCases)('a creation with %s', (_why, metadata, code) => {
    const { api } = makeCluster();
    expect(codeOf(() => api.create(configMapsAt, { metadata }))).toBe(code);
  });

  it.each([
    ['a name of 253 characters', { name: 'a'.repeat(253) }],
    ['a label value of 63 characters', { name: 'a', labels: { 'x.y/z': 'a'.repeat(63), e: '' } }],
  ])('but not %s', (_why, metadata) => {
    const { api } = makeCluster();
    expect(codeOf(() => api.create(configMapsAt, { metadata }))).toBe('nothing refused');
  });

  it('is another kind, an unknown version, and a kind that nobody registered', () => {
    const { api } = makeCluster();
    expect(codeOf(() => api.create(at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }))).toBe(400);
    expect(codeOf(() => api.list({ ...at, version: 'v2' }))).toBe(404);
    expect(codeOf(() => api.list({ ...at, plural: 'nothings' }))).toBe(404);
  });

  it('names the reviews it does not answer', async () => {
    const { client } = makeCluster();
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: {}, spec: { token: 't' } };
    const refused = client.create(tokenReviews, review);
    await expect(refused).rejects.toMatchObject({ code: 'cluster_refused' });
    await expect(refused).rejects.toThrow(/tokenreviews.authentication.k8s.io is not answered here/);
  });

  it('is a replacement of a custom resource without resourceVersion, but not of a built-in one', () => {
    const { api } = makeCluster();
    api.create(at, thing('a'));
    api.create(configMapsAt, { metadata: { name: 'a' } });
    expect(codeOf(() => api.update({ ...at, name: 'a' }, thing('a')))).toBe(422);
    expect(codeOf(() => api.update({ ...configMapsAt, name: 'a' }, { metadata: { name: 'a' } }))).toBe(
      'nothing refused',
    );
  });

  it('is a status write to a kind without the subresource', () => {
    const { api } = makeCluster();
    api.create(configMapsAt, { metadata: { name: 'a' } });
    const write = () => api.update({ ...configMapsAt, name: 'a' }, { metadata: {} }, { subresource: 'status' });
    expect(codeOf(write)).toBe(404);
  });

  it('is any call whose signal has aborted', async () => {
    const { client } = makeCluster();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(client.create(things, thing('a'), { signal })).rejects.toThrow('enough');
    expect(await client.get(things, { name: 'a', namespace: 'default' })).toBeUndefined();
  });
});

describe('generations', () => {
  it('count what changes outside metadata and status, and nothing else', async () => {
    const { client } = makeCluster();
    const ref = { name: 'a', namespace: 'default' };
    await client.create(things, thing('a', { spec: { x: 1 } }));
    const generations: (number | undefined)[] = [];
    const patches = [
      { patch: { metadata: { labels: { a: 'b' } } } },
      { patch: { status: { phase: 'Running' } }, subresource: 'status' as const },
      { patch: { spec: { x: 2 } } },
      { patch: { spec: { x: 2 } } },
    ];
    for (const { patch, ...options } of patches) {
      generations.push((await client.patch(things, ref, patch, options)).metadata.generation);
    }
    expect(generations).toEqual([1, 1, 2, 2]);
  });
});

describe('what one gets', () => {
  it('is a copy: changing it, or what was given, changes nothing in the cluster', async () => {
    const { client } = makeCluster();
    const ref = { name: 'a', namespace: 'default' };
    const draft = thing('a', { spec: { list: [{ x: 1 }] } });
    const made = await client.create(things, draft);
    const before = structuredClone(made);
    Object.assign(draft, { spec: { list: [] } });
    Object.assign(made, { spec: 'changed' });
    made.metadata.labels = { changed: 'yes' };
    expect(await client.get(things, ref)).toEqual(before);
  });

  it('keeps integers beyond 2^53', async () => {
    const { client } = makeCluster();
    const made = await client.create(things, thing('a', { spec: { bytes: 9_007_199_254_740_993n } }));
    expect(made['spec']).toEqual({ bytes: 9_007_199_254_740_993n });
  });
});

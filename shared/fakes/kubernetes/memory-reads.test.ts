import { describe, expect, it } from 'vitest';
import { configMaps, persistentVolumeClaims } from '../../kubernetes/core-types.ts';
import { createMemoryCluster } from './memory-cluster.ts';
import { codeOf, configMapsAt, makeCluster, thing, things } from './memory-fixtures.ts';

describe('field selectors', () => {
  it.each([
    ['status.phase=Running', ['b']],
    ['status.phase!=Running', ['a']],
    ['status.phase=', ['a']],
    ['metadata.name=a,metadata.namespace=default', ['a']],
    ['metadata.namespace=other', []],
  ])('%s', async (fieldSelector, names) => {
    const { client } = makeCluster();
    await client.create(things, thing('a'));
    await client.create(things, thing('b'));
    await client.patch(
      things,
      { name: 'b', namespace: 'default' },
      { status: { phase: 'Running' } },
      { subresource: 'status' },
    );
    const page = await client.list(things, { fieldSelector });
    expect(page.items.map(({ metadata }) => metadata.name)).toEqual(names);
  });

  it('refuse a field that the kind does not offer', async () => {
    const { client } = makeCluster();
    await expect(client.list(persistentVolumeClaims, { fieldSelector: 'status.phase=Bound' })).rejects.toMatchObject({
      code: 'cluster_refused',
    });
  });
});

describe('pages and watches into the past', () => {
  it('show the instant of the first page, whatever was changed, added or deleted since', () => {
    const { api } = makeCluster();
    for (const name of ['a', 'b', 'c', 'd']) api.create(configMapsAt, { metadata: { name }, data: { age: 'old' } });
    const first = api.list(configMapsAt, { limit: 1 });
    expect(first.remainingItemCount).toBe(3);
    api.patch({ ...configMapsAt, name: 'b' }, (current) => ({ ...current, data: { age: 'new' } }));
    api.delete({ ...configMapsAt, name: 'c' });
    api.create(configMapsAt, { metadata: { name: 'bb' } });
    const rest = api.list(configMapsAt, { continueToken: first.continueToken });
    expect(rest.items.map(({ metadata, ...content }) => [metadata.name, content['data']])).toEqual([
      ['b', { age: 'old' }],
      ['c', { age: 'old' }],
      ['d', { age: 'old' }],
    ]);
    expect(rest.resourceVersion).toBe(first.resourceVersion);
  });

  it('are refused with 410 once the history has forgotten the instant', () => {
    const { api } = makeCluster(2);
    for (const name of ['a', 'b', 'c']) api.create(configMapsAt, { metadata: { name } });
    const { continueToken, resourceVersion } = api.list(configMapsAt, { limit: 1 });
    for (const name of ['d', 'e', 'f', 'g']) api.create(configMapsAt, { metadata: { name } });
    expect(codeOf(() => api.list(configMapsAt, { continueToken }))).toBe(410);
    expect(codeOf(() => api.watch(configMapsAt, {}, Number(resourceVersion), () => {}))).toBe(410);
  });

  it('make a client watch begin again with the whole list when the history is lost', async () => {
    const cluster = makeCluster();
    const { resourceVersion } = await cluster.client.list(configMaps);
    cluster.api.create(configMapsAt, { metadata: { name: 'a' } });
    cluster.forgetHistory();
    for await (const event of cluster.client.watch(configMaps, { resourceVersion })) {
      expect(event).toMatchObject({ type: 'resync', objects: [{ metadata: { name: 'a' } }] });
      break;
    }
  });

  it('order by namespace and name as the key does, so that a/b and a-b/c never mix', () => {
    const { api } = createMemoryCluster({ namespaces: ['a', 'a-b'] });
    for (const [namespace, name] of [
      ['a-b', 'c'],
      ['a', 'x'],
      ['a', 'b'],
    ] as const) {
      api.create({ ...configMapsAt, namespace }, { metadata: { name } });
    }
    const order = ({ items }: ReturnType<typeof api.list>) =>
      items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(order(api.list({ ...configMapsAt, namespace: undefined }))).toEqual(['a-b/c', 'a/b', 'a/x']);
    expect(order(api.list({ ...configMapsAt, namespace: 'a' }))).toEqual(['a/b', 'a/x']);
  });

  it('tell every watcher of two changes in the same order, even when the first watcher causes the second', () => {
    const { api } = makeCluster();
    const seen: string[] = [];
    const since = Number(api.list(configMapsAt).resourceVersion);
    api.watch(configMapsAt, {}, since, ({ object }) => {
      if (object.metadata.name === 'a') api.create(configMapsAt, { metadata: { name: 'b' } });
    });
    api.watch(configMapsAt, {}, since, ({ object }) => seen.push(object.metadata.name));
    api.create(configMapsAt, { metadata: { name: 'a' } });
    expect(seen).toEqual(['a', 'b']);
  });
});

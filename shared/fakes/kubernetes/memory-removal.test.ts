import { describe, expect, it } from 'vitest';
import { configMaps, namespaces } from '../../kubernetes/core-types.ts';
import { createMemoryCluster } from './memory-cluster.ts';
import { box, boxesAt, codeOf, configMapsAt, definition, definitionsAt, makeCluster } from './memory-fixtures.ts';

describe('a namespace', () => {
  it('takes its content along, and waits for what has finalizers', async () => {
    const { client, api } = createMemoryCluster({ namespaces: ['n'] });
    const inside = { ...configMapsAt, namespace: 'n' };
    api.create(inside, { metadata: { name: 'plain' } });
    api.create(inside, { metadata: { name: 'kept', finalizers: ['test.dev/keep'] } });
    await client.delete(namespaces, { name: 'n' });
    expect(api.list(inside).items.map(({ metadata }) => metadata.name)).toEqual(['kept']);
    expect((await client.get(namespaces, { name: 'n' }))?.status?.phase).toBe('Terminating');
    expect(codeOf(() => api.create(inside, { metadata: { name: 'late' } }))).toBe(403);
    await client.patch(configMaps, { name: 'kept', namespace: 'n' }, { metadata: { finalizers: null } });
    expect(await client.get(namespaces, { name: 'n' })).toBeUndefined();
    expect(codeOf(() => api.create(inside, { metadata: { name: 'late' } }))).toBe(404);
  });

  it('cannot be deleted when it is one of the permanent ones', async () => {
    const { client } = makeCluster();
    await expect(client.delete(namespaces, { name: 'kube-system' })).rejects.toMatchObject({
      code: 'cluster_forbidden',
    });
  });
});

describe('a CustomResourceDefinition', () => {
  it('serves its kind in every version it names, from one store', () => {
    const { api } = makeCluster();
    const made = api.create(definitionsAt, definition);
    expect(made['status']).toMatchObject({
      acceptedNames: { listKind: 'BoxList', singular: 'box' },
      storedVersions: ['v1'],
    });
    api.create(boxesAt, box({ name: 'a' }));
    const older = api.get({ ...boxesAt, version: 'v1beta1', name: 'a' });
    expect(older.apiVersion).toBe('test.dev/v1beta1');
    expect(api.get({ ...boxesAt, name: 'a' })).toEqual({ ...older, apiVersion: 'test.dev/v1' });
  });

  it('is refused when its name is not plural.group', () => {
    const { api } = makeCluster();
    expect(codeOf(() => api.create(definitionsAt, { ...definition, metadata: { name: 'other' } }))).toBe(422);
  });

  it('in a dry run makes no kind', () => {
    const { api } = makeCluster();
    api.create(definitionsAt, definition, { isDryRun: true });
    expect(codeOf(() => api.list(boxesAt))).toBe(404);
  });

  it('takes all its objects along, waits for finalizers, and then the kind is gone', () => {
    const { api } = makeCluster();
    api.create(definitionsAt, definition);
    api.create(boxesAt, box({ name: 'plain' }));
    api.create(boxesAt, box({ name: 'kept', finalizers: ['test.dev/keep'] }));
    api.delete({ ...definitionsAt, name: 'boxes.test.dev' });
    expect(api.list(boxesAt).items.map(({ metadata }) => metadata.name)).toEqual(['kept']);
    expect(codeOf(() => api.create(boxesAt, box({ name: 'late' })))).toBe(405);
    api.patch({ ...boxesAt, name: 'kept' }, (current) => ({
      ...current,
      metadata: { ...current.metadata, finalizers: [] },
    }));
    expect(codeOf(() => api.list(boxesAt))).toBe(404);
    expect(codeOf(() => api.get({ ...definitionsAt, name: 'boxes.test.dev' }))).toBe(404);
  });
});

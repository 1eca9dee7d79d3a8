import { describe, expect, it } from 'vitest';
import { namespaces, persistentVolumeClaims } from '../../kubernetes/core-types.ts';
import { box, boxesAt, codeOf, configMapsAt, definition, definitionsAt, makeCluster } from './memory-fixtures.ts';

describe('snapshots and commits', () => {
  it('rebuild the same cluster, custom kinds and revisions included', () => {
    const cluster = makeCluster();
    const commits = [...cluster.snapshot().objects];
    cluster.onCommit((commit) => commits.push(commit));
    cluster.api.create(definitionsAt, definition);
    cluster.api.create(boxesAt, box({ name: 'a' }));
    cluster.api.create(configMapsAt, { metadata: { name: 'gone' } });
    cluster.api.delete({ ...configMapsAt, name: 'gone' });
    const snapshot = cluster.snapshot();

    const loaded = makeCluster();
    loaded.load(snapshot);
    expect(loaded.snapshot()).toEqual(snapshot);
    expect(loaded.api.get({ ...boxesAt, name: 'a' })).toEqual(cluster.api.get({ ...boxesAt, name: 'a' }));

    const replayed = makeCluster();
    replayed.load({ format: 1, revision: 0, objects: [] });
    for (const commit of commits) replayed.replay(commit);
    expect(replayed.snapshot()).toEqual(snapshot);
  });

  it('never make a uid twice', () => {
    const cluster = makeCluster();
    const { metadata } = cluster.api.create(configMapsAt, { metadata: { name: 'a' } });
    const loaded = makeCluster();
    loaded.load(cluster.snapshot());
    const made = loaded.api.create(configMapsAt, { metadata: { name: 'b' } });
    expect(made.metadata.uid > metadata.uid).toBe(true);
  });

  it('make watches of the time before begin again', () => {
    const cluster = makeCluster();
    cluster.api.create(configMapsAt, { metadata: { name: 'a' } });
    const loaded = makeCluster();
    loaded.load(cluster.snapshot());
    expect(codeOf(() => loaded.api.watch(configMapsAt, {}, cluster.revision - 1, () => {}))).toBe(410);
    expect(codeOf(() => loaded.api.watch(configMapsAt, {}, cluster.revision, () => {}))).toBe('nothing refused');
  });
});

describe('seeding', () => {
  it('keeps the given status and makes the namespace', async () => {
    const cluster = makeCluster();
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace: 'shop' } };
    cluster.seed({ ...claim, spec: { volumeName: 'pv-1' }, status: { phase: 'Bound' } });
    const found = await cluster.client.get(persistentVolumeClaims, { name: 'data', namespace: 'shop' });
    expect(found).toMatchObject({ spec: { volumeName: 'pv-1' }, status: { phase: 'Bound' } });
    expect(await cluster.client.get(namespaces, { name: 'shop' })).toBeDefined();
  });

  it('names what it does not know', () => {
    expect(() => makeCluster().seed({ apiVersion: 'no/v1', kind: 'Such', metadata: { name: 'a' } })).toThrow(
      /Such of no\/v1/,
    );
  });
});

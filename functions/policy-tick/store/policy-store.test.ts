import { SoteriaError } from '@soteria/shared/errors.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { configMaps, secrets } from '@soteria/shared/kubernetes/core-types.ts';
import { describe, expect, it } from 'vitest';
import { gitPolicySecretName, policiesLabel, policySecretName } from '../policy/stored-policies.ts';
import { createPolicyStore } from './policy-store.ts';

const namespace = 'soteria';
const ref = { namespace, name: policySecretName };
const nightly = (id: string, hour = 2) => ({ id, schedule: `0 ${hour} * * *`, namespaceSelector: {} });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function createBench(around: (client: KubernetesClient) => KubernetesClient = (client) => client) {
  const cluster = createMemoryCluster({ namespaces: [namespace, 'shop'] });
  const { client } = cluster;
  cluster.seed({ apiVersion: 'v1', kind: 'Secret', metadata: ref });
  const putSecret = async (data: Record<string, string>, name = policySecretName) => {
    const values = Object.entries(data).map(([key, text]) => [key, base64(text)]);
    const found = await client.get(secrets, { namespace, name });
    const edited = { data: Object.fromEntries(values) };
    if (found !== undefined) return client.replace(secrets, { ...found, ...edited });
    return client.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, ...edited });
  };
  const putConfig = (name: string, data: Record<string, string>, more: { ns?: string; labels?: object } = {}) =>
    client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: more.ns ?? namespace, name, labels: { [policiesLabel]: '', ...more.labels } },
      data,
    });
  return { client, putSecret, putConfig, store: createPolicyStore(around(client), namespace) };
}

async function refusal(work: Promise<unknown>): Promise<SoteriaError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof SoteriaError) return thrown;
  throw new Error('it was not refused', { cause: thrown });
}

describe('the policies of the API', () => {
  it('are created, replaced, left as they are, and deleted, each under a key of its own', async () => {
    const { client, store } = createBench();
    const empty = { policies: [], faults: [], conflicts: [] };
    expect(await store.read()).toEqual({
      ...empty,
      version: (await client.get(secrets, ref))?.metadata.resourceVersion,
    });
    const made = await store.put(nightly('a'));
    expect(made.did).toBe('created');
    expect((await store.put(nightly('b'))).did).toBe('created');
    const replaced = await store.put(nightly('a', 3));
    expect(replaced.did).toBe('replaced');
    expect(await store.put(nightly('a', 3))).toEqual({ did: 'nothing', version: replaced.version });
    const { policies, version } = await store.read();
    expect(policies.map(({ policy }) => policy)).toEqual([nightly('a', 3), nightly('b')]);
    expect(version).toBe(replaced.version);
    expect(Object.keys((await client.get(secrets, ref))?.data ?? {})).toEqual(['b.json', 'a.json']);
    expect((await store.remove('a')).did).toBe('deleted');
    expect((await refusal(store.remove('a'))).code).toBe('not_found');
    expect((await store.read()).policies.map(({ policy }) => policy.id)).toEqual(['b']);
  });

  it('lose nothing when many write at once', async () => {
    const { store } = createBench();
    const ids = Array.from({ length: 12 }, (_none, index) => `policy-${String(index).padStart(2, '0')}`);
    await Promise.all(ids.map((id) => store.put(nightly(id))));
    await Promise.all([store.remove(ids[0] ?? ''), store.put(nightly('last')), store.remove(ids[1] ?? '')]);
    expect((await store.read()).policies.map(({ policy }) => policy.id)).toEqual(['last', ...ids.slice(2)]);
  });

  it('are changed under If-Match only when nobody was faster, also between the read and the write', async () => {
    let interlope = async (): Promise<unknown> => undefined;
    const { store, putSecret } = createBench((client) => ({
      ...client,
      replace: async (type, object, options) => {
        await interlope();
        return client.replace(type, object, options);
      },
    }));
    expect((await refusal(store.put(nightly('a'), { ifMatch: ['0'] }))).code).toBe('precondition_failed');
    const { version } = await store.put(nightly('a'), { ifMatch: '*' });
    const next = await store.put(nightly('b'), { ifMatch: ['7', version] });
    const late = await refusal(store.remove('a', { ifMatch: [version] }));
    expect([late.code, late.httpStatus]).toEqual(['precondition_failed', 412]);
    interlope = () => putSecret({ 'c.json': JSON.stringify(nightly('c')) });
    expect((await refusal(store.remove('a', { ifMatch: [next.version] }))).code).toBe('precondition_failed');
    expect((await store.read()).policies.map(({ policy }) => policy.id)).toEqual(['c']);
  });

  it('stay as they are in a dry run', async () => {
    const { store } = createBench();
    const { version } = await store.read();
    expect(await store.put(nightly('a'), { isDryRun: true })).toEqual({ did: 'created', version });
    expect((await store.read()).policies).toEqual([]);
  });

  it('of a Secret that was edited by hand: a bad policy disables itself alone, its line is named, and other values keep their bytes', async () => {
    const { client, store, putSecret } = createBench();
    await putSecret({
      'good.json': JSON.stringify(nightly('good')),
      'bad.yaml': 'id: bad\nschedule: 0 25 * * *\nclaims: [a/b]\n',
    });
    const edited = await client.get(secrets, ref);
    await client.replace(secrets, {
      ...(edited ?? expect.fail('no Secret')),
      data: { ...edited?.data, raw: '//79' },
    });
    const { policies, faults } = await store.read();
    expect(policies.map(({ policy }) => policy.id)).toEqual(['good']);
    const bad = faults.find(({ id }) => id === 'bad');
    expect(bad).toMatchObject({ source: { object: 'Secret soteria/soteria-policies', key: 'bad.yaml', line: 2 } });
    await store.put(nightly('new'));
    expect((await client.get(secrets, ref))?.data).toMatchObject({
      raw: '//79',
      'bad.yaml': edited?.data?.['bad.yaml'],
    });
    expect((await store.put(nightly('bad'))).did).toBe('replaced');
    expect(Object.keys((await client.get(secrets, ref))?.data ?? {})).not.toContain('bad.yaml');
  });

  it('that share a key are not lost with the one that is changed', async () => {
    const { store, putSecret } = createBench();
    const [a, b] = [nightly('a'), nightly('b')].map((one) => JSON.stringify(one));
    await putSecret({ 'all.yaml': `${a}\n---\n${b}\n`, 'c.json': JSON.stringify(nightly('d')), 'e.json': '{' });
    for (const work of [store.put(nightly('a', 5)), store.remove('b'), store.put(nightly('c'))]) {
      expect((await refusal(work)).code).toBe('conflict');
    }
    expect((await refusal(store.remove('c'))).code).toBe('not_found');
    // A text that cannot be read stands in the way of no policy of that name.
    expect((await store.put(nightly('e'))).did).toBe('replaced');
    expect((await store.read()).policies.map(({ policy }) => policy.id)).toEqual(['a', 'b', 'd', 'e']);
  });
});

describe('without the Secret', () => {
  it('there are no policies of the API, and a change is refused with what to do', async () => {
    const { client, store } = createBench();
    await client.delete(secrets, ref);
    expect(await store.read()).toMatchObject({ policies: [], version: '0' });
    const { code, explanation } = await refusal(store.put(nightly('a')));
    expect(code).toBe('conflict');
    expect(explanation.fix).toContain('kubectl create secret generic soteria-policies -n soteria');
    expect(await client.get(secrets, ref)).toBeUndefined();
  });
});

describe('the policies of Git', () => {
  it('come from labelled ConfigMaps of this namespace and from the one Secret of that name, win, and are not changed', async () => {
    const { store, putSecret, putConfig } = createBench();
    await store.put(nightly('both', 1));
    await putConfig('team', { 'p.yaml': 'id: both\nschedule: 0 4 * * *\nnamespaceSelector: {}\n' });
    await putConfig('elsewhere', { p: JSON.stringify(nightly('elsewhere')) }, { ns: 'shop' });
    await putSecret({ p: JSON.stringify(nightly('kept-secret')) }, gitPolicySecretName);
    await putSecret({ p: JSON.stringify(nightly('stranger')) }, 'other');
    const { policies, conflicts } = await store.read();
    expect(policies.map(({ policy, source }) => [policy.id, source.object])).toEqual([
      ['both', 'ConfigMap soteria/team'],
      ['kept-secret', 'Secret soteria/soteria-policies-git'],
    ]);
    expect(conflicts).toMatchObject([
      { id: 'both', used: { store: 'git' }, unused: { store: 'api', key: 'both.json' } },
    ]);
    for (const work of [store.put(nightly('both')), store.remove('kept-secret')]) {
      expect((await refusal(work)).code).toBe('conflict');
    }
    // The one that is not used can be deleted.
    expect((await store.remove('both')).did).toBe('deleted');
    expect((await store.read()).conflicts).toEqual([]);
  });
});

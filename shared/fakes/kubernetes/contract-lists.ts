/** Contract: lists, selectors and paging. Only tests import this. */
import { describe, expect, it } from 'vitest';
import { listAll } from '../../kubernetes/client.ts';
import { createConfigMap, expectRefusal, suiteSelector, type ContractContext } from './contract-context.ts';
import { configMaps, namespaces } from '../../kubernetes/core-types.ts';

const labelled = {
  a: { app: 'shop', tier: 'db' },
  b: { app: 'shop', tier: 'web' },
  c: { app: 'mail' },
  d: {},
} as const;

const selections: readonly (readonly [selector: string, names: string])[] = [
  ['app=shop', 'a b'],
  ['app==mail', 'c'],
  ['app!=shop', 'c d'],
  ['tier in (db,web)', 'a b'],
  ['tier in (db), app=shop', 'a'],
  ['tier notin (db)', 'b c d'],
  ['app', 'a b c'],
  ['!app', 'd'],
  ['app,!tier', 'c'],
  ['app=shop,tier!=db', 'b'],
  ['app=nothing', ''],
];

export function testLists(present: () => ContractContext): void {
  async function namesOf(labelSelector: string): Promise<string> {
    const { client, namespace } = present();
    const page = await client.list(configMaps, { namespace, labelSelector: `${suiteSelector},${labelSelector}` });
    return page.items.map(({ metadata }) => metadata.name).join(' ');
  }

  describe('list', () => {
    it('gives typed objects with kind and apiVersion, as get does', async () => {
      const { client, namespace } = present();
      const created = await createConfigMap(present(), 'a');
      const page = await client.list(configMaps, { namespace, labelSelector: suiteSelector });
      expect(page.items).toEqual([created]);
      expect(page.resourceVersion).not.toBe('');
      expect(page.continueToken).toBeUndefined();
    });

    it('is empty in a namespace that does not exist', async () => {
      const { client, namespace } = present();
      expect((await client.list(configMaps, { namespace: `${namespace}-absent` })).items).toEqual([]);
    });

    it('selects by labels as Kubernetes does', async () => {
      for (const [name, labels] of Object.entries(labelled)) await createConfigMap(present(), name, { labels });
      for (const [selector, names] of selections) {
        expect(`${selector} → ${await namesOf(selector)}`).toBe(`${selector} → ${names}`);
      }
    });

    it('refuses a selector that it cannot read', async () => {
      const { client, namespace } = present();
      await expectRefusal('cluster_refused', client.list(configMaps, { namespace, labelSelector: 'app in (' }));
    });

    it('selects by the field metadata.name', async () => {
      const { client, namespace } = present();
      await createConfigMap(present(), 'a');
      await createConfigMap(present(), 'b');
      const page = await client.list(configMaps, { namespace, fieldSelector: 'metadata.name=b' });
      expect(page.items.map(({ metadata }) => metadata.name)).toEqual(['b']);
    });

    it('lists across namespaces, and cluster-scoped objects', async () => {
      const { client, namespace } = present();
      await createConfigMap(present(), 'a', { labels: { only: namespace } });
      const everywhere = await client.list(configMaps, { labelSelector: `only=${namespace}` });
      expect(everywhere.items.map(({ metadata }) => metadata.namespace)).toEqual([namespace]);
      const named = await client.list(namespaces, { fieldSelector: `metadata.name=${namespace}` });
      expect(named.items.map(({ metadata }) => metadata.name)).toEqual([namespace]);
    });

    it('pages through one consistent instant', async () => {
      const { client, namespace } = present();
      for (const name of ['a', 'b', 'c', 'd', 'e']) await createConfigMap(present(), name);
      const query = { namespace, labelSelector: suiteSelector, limit: 2 };
      const first = await client.list(configMaps, query);
      expect(first.items.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
      await createConfigMap(present(), 'late');
      const second = await client.list(configMaps, { ...query, continueToken: first.continueToken });
      expect(second.items.map(({ metadata }) => metadata.name)).toEqual(['c', 'd']);
      const third = await client.list(configMaps, { ...query, continueToken: second.continueToken });
      expect(third.items.map(({ metadata }) => metadata.name)).toEqual(['e']);
      expect(third.continueToken).toBeUndefined();
      expect(third.resourceVersion).toBe(first.resourceVersion);
    });

    it('can be followed to its end', async () => {
      const { client, namespace } = present();
      for (const name of ['a', 'b', 'c']) await createConfigMap(present(), name);
      const names: string[] = [];
      const query = { namespace, labelSelector: suiteSelector, limit: 1 };
      for await (const { metadata } of listAll(client, configMaps, query)) names.push(metadata.name);
      expect(names).toEqual(['a', 'b', 'c']);
    });
  });
}

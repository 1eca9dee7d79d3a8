/** Contract: creating and finding. Only tests import this. */
import { describe, expect, it } from 'vitest';
import { configMapDraft, createConfigMap, expectRefusal, type ContractContext } from './contract-context.ts';
import { configMaps, namespaces, untyped } from '../../kubernetes/core-types.ts';

const uninstalled = untyped({
  group: 'uninstalled.soteria.dev',
  version: 'v1',
  kind: 'Nothing',
  plural: 'nothings',
  isNamespaced: true,
});

export function testReads(present: () => ContractContext): void {
  describe('create and get', () => {
    it('stores what was posted and fills in what the server decides', async () => {
      const { client, namespace } = present();
      const created = await createConfigMap(present(), 'a', { data: { text: 'größe ✓' } });
      expect(created).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { text: 'größe ✓' } });
      expect(created.metadata.uid).not.toBe('');
      expect(created.metadata.resourceVersion).not.toBe('');
      expect(Date.parse(created.metadata.creationTimestamp)).not.toBeNaN();
      expect(await client.get(configMaps, { name: 'a', namespace })).toEqual(created);
    });

    it('answers absence with undefined, in a missing namespace too', async () => {
      const { client, namespace } = present();
      expect(await client.get(configMaps, { name: 'absent', namespace })).toBeUndefined();
      expect(await client.get(configMaps, { name: 'absent', namespace: `${namespace}-absent` })).toBeUndefined();
    });

    it('reads cluster-scoped objects', async () => {
      const { client, namespace } = present();
      expect((await client.get(namespaces, { name: namespace }))?.metadata.name).toBe(namespace);
    });

    it('generates distinct names from generateName', async () => {
      const { client, namespace } = present();
      const draft = { ...configMapDraft(namespace, ''), metadata: { namespace, generateName: 'made-' } };
      const first = await client.create(configMaps, draft);
      const second = await client.create(configMaps, draft);
      expect(first.metadata.name).toMatch(/^made-.+/);
      expect(second.metadata.name).toMatch(/^made-.+/);
      expect(second.metadata.name).not.toBe(first.metadata.name);
    });

    it('refuses a name that exists', async () => {
      await createConfigMap(present(), 'a');
      await expectRefusal('name_conflict', createConfigMap(present(), 'a'));
    });

    it('refuses to create in a namespace that does not exist', async () => {
      const { client, namespace } = present();
      const draft = configMapDraft(`${namespace}-absent`, 'a');
      await expectRefusal('not_found', client.create(configMaps, draft));
    });

    it('refuses a name that Kubernetes does not allow', async () => {
      await expectRefusal('cluster_refused', createConfigMap(present(), 'Not_A_Name'));
    });

    it('tells a missing resource type from a missing object', async () => {
      const { client, namespace } = present();
      await expectRefusal('cluster_refused', client.get(uninstalled, { name: 'a', namespace }));
      await expectRefusal('cluster_refused', client.list(uninstalled, { namespace }));
    });

    it('stores nothing in a dry run', async () => {
      const { client, namespace } = present();
      const tried = await client.create(configMaps, configMapDraft(namespace, 'a'), { isDryRun: true });
      expect(tried.data).toEqual({ color: 'red' });
      expect(await client.get(configMaps, { name: 'a', namespace })).toBeUndefined();
      await expectRefusal(
        'not_found',
        client.create(configMaps, configMapDraft(`${namespace}-absent`, 'a'), { isDryRun: true }),
      );
    });
  });
}

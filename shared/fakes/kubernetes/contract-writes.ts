/** Contract: replacing, patching and deleting, with their preconditions. Only tests import this. */
import { describe, expect, it } from 'vitest';
import { createConfigMap, expectRefusal, type ContractContext } from './contract-context.ts';
import { configMaps } from '../../kubernetes/core-types.ts';

const finalizer = 'soteria.dev/contract';

export function testWrites(present: () => ContractContext): void {
  describe('replace', () => {
    it('stores the whole object under a new resourceVersion', async () => {
      const { client, namespace } = present();
      const created = await createConfigMap(present(), 'a', { data: { color: 'red', size: 'big' } });
      const replaced = await client.replace(configMaps, { ...created, data: { color: 'blue' } });
      expect(replaced.data).toEqual({ color: 'blue' });
      expect(replaced.metadata.uid).toBe(created.metadata.uid);
      expect(replaced.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
      expect(await client.get(configMaps, { name: 'a', namespace })).toEqual(replaced);
    });

    it('refuses an object that has changed since it was read', async () => {
      const { client, namespace } = present();
      const created = await createConfigMap(present(), 'a');
      const winner = await client.replace(configMaps, { ...created, data: { color: 'blue' } });
      await expectRefusal('cluster_conflict', client.replace(configMaps, { ...created, data: { color: 'green' } }));
      expect(await client.get(configMaps, { name: 'a', namespace })).toEqual(winner);
    });

    it('refuses an object that was deleted and made again', async () => {
      const { client, namespace } = present();
      const first = await createConfigMap(present(), 'a');
      await client.delete(configMaps, { name: 'a', namespace });
      const second = await createConfigMap(present(), 'a');
      const { resourceVersion } = second.metadata;
      const mixed = { ...first, metadata: { ...first.metadata, resourceVersion } };
      await expectRefusal('cluster_conflict', client.replace(configMaps, mixed));
    });

    it('refuses an object that is not there', async () => {
      const { client, namespace } = present();
      const created = await createConfigMap(present(), 'a');
      await client.delete(configMaps, { name: 'a', namespace });
      await expectRefusal('not_found', client.replace(configMaps, created));
    });

    it('stores nothing in a dry run', async () => {
      const { client, namespace } = present();
      const created = await createConfigMap(present(), 'a');
      const tried = await client.replace(configMaps, { ...created, data: { color: 'blue' } }, { isDryRun: true });
      expect(tried.data).toEqual({ color: 'blue' });
      expect(await client.get(configMaps, { name: 'a', namespace })).toEqual(created);
    });
  });

  describe('merge patch', () => {
    it('merges members, and null takes one away', async () => {
      const { client, namespace } = present();
      await createConfigMap(present(), 'a', { labels: { app: 'x' }, data: { color: 'red', size: 'big' } });
      const patch = { metadata: { labels: { app: null, tier: 'db' } }, data: { size: null, shape: 'round' } };
      const patched = await client.patch(configMaps, { name: 'a', namespace }, patch);
      expect(patched.data).toEqual({ color: 'red', shape: 'round' });
      expect(patched.metadata.labels).toEqual({ 'soteria.dev/suite': 'contract', tier: 'db' });
      expect(await client.get(configMaps, { name: 'a', namespace })).toEqual(patched);
    });

    it('takes a resourceVersion inside the patch as a precondition', async () => {
      const { client, namespace } = present();
      const ref = { name: 'a', namespace };
      const { resourceVersion } = (await createConfigMap(present(), 'a')).metadata;
      const patched = await client.patch(configMaps, ref, { metadata: { resourceVersion }, data: { color: 'blue' } });
      expect(patched.data).toEqual({ color: 'blue' });
      const stale = client.patch(configMaps, ref, { metadata: { resourceVersion }, data: { color: 'green' } });
      await expectRefusal('cluster_conflict', stale);
      expect(await client.get(configMaps, ref)).toEqual(patched);
    });

    it('takes a uid inside the patch as a precondition', async () => {
      const { client, namespace } = present();
      const ref = { name: 'a', namespace };
      const { uid } = (await createConfigMap(present(), 'a')).metadata;
      const patched = await client.patch(configMaps, ref, { metadata: { uid }, data: { color: 'blue' } });
      expect(patched.data).toEqual({ color: 'blue' });
      const metadata = { uid: '00000000-0000-4000-8000-000000000000' };
      await expectRefusal('cluster_conflict', client.patch(configMaps, ref, { metadata, data: { color: 'green' } }));
      expect(await client.get(configMaps, ref)).toEqual(patched);
    });

    it('keeps the resourceVersion when it changes nothing', async () => {
      const { client, namespace } = present();
      const created = await createConfigMap(present(), 'a');
      const patched = await client.patch(configMaps, { name: 'a', namespace }, { data: { color: 'red' } });
      expect(patched.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
    });

    it('refuses an object that is not there', async () => {
      const { client, namespace } = present();
      await expectRefusal('not_found', client.patch(configMaps, { name: 'absent', namespace }, { data: { a: 'b' } }));
    });

    it('stores nothing in a dry run', async () => {
      const { client, namespace } = present();
      const ref = { name: 'a', namespace };
      const created = await createConfigMap(present(), 'a');
      const tried = await client.patch(configMaps, ref, { data: { color: 'blue' } }, { isDryRun: true });
      expect(tried.data).toEqual({ color: 'blue' });
      expect(await client.get(configMaps, ref)).toEqual(created);
    });
  });

  describe('delete', () => {
    it('removes the object; removing what is not there is success', async () => {
      const { client, namespace } = present();
      const ref = { name: 'a', namespace };
      await createConfigMap(present(), 'a');
      await client.delete(configMaps, ref);
      expect(await client.get(configMaps, ref)).toBeUndefined();
      await client.delete(configMaps, ref);
      await client.delete(configMaps, ref, { uid: '00000000-0000-4000-8000-000000000000' });
      await client.delete(configMaps, { name: 'a', namespace: `${namespace}-absent` });
    });

    it('removes only the very object that uid and resourceVersion mean', async () => {
      const { client, namespace } = present();
      const ref = { name: 'a', namespace };
      const { metadata: before } = await createConfigMap(present(), 'a');
      const { metadata: now } = await client.patch(configMaps, ref, { data: { color: 'blue' } });
      const uid = '00000000-0000-4000-8000-000000000000';
      await expectRefusal('cluster_conflict', client.delete(configMaps, ref, { uid }));
      const { resourceVersion } = before;
      await expectRefusal('cluster_conflict', client.delete(configMaps, ref, { resourceVersion }));
      expect(await client.get(configMaps, ref)).toBeDefined();
      await client.delete(configMaps, ref, {
        uid: now.uid,
        resourceVersion: now.resourceVersion,
        propagationPolicy: 'Background',
      });
      expect(await client.get(configMaps, ref)).toBeUndefined();
    });

    it('removes nothing in a dry run', async () => {
      const { client, namespace } = present();
      const created = await createConfigMap(present(), 'a');
      await client.delete(configMaps, { name: 'a', namespace }, { isDryRun: true });
      expect(await client.get(configMaps, { name: 'a', namespace })).toEqual(created);
    });

    it('only marks an object with finalizers, until the last one is taken off', async () => {
      const { client, namespace } = present();
      const ref = { name: 'a', namespace };
      await createConfigMap(present(), 'a', { finalizers: [finalizer] });
      await client.delete(configMaps, ref);
      const marked = await client.get(configMaps, ref);
      expect(Date.parse(marked?.metadata.deletionTimestamp ?? '')).not.toBeNaN();
      await client.delete(configMaps, ref);
      await expectRefusal('name_conflict', createConfigMap(present(), 'a'));
      await client.patch(configMaps, ref, { metadata: { finalizers: null } });
      expect(await client.get(configMaps, ref)).toBeUndefined();
    });

    it('takes no new finalizer for an object that is being deleted', async () => {
      const { client, namespace } = present();
      const ref = { name: 'a', namespace };
      await createConfigMap(present(), 'a', { finalizers: [finalizer] });
      await client.delete(configMaps, ref);
      const late = client.patch(configMaps, ref, { metadata: { finalizers: [finalizer, 'soteria.dev/late'] } });
      await expectRefusal('cluster_refused', late);
      await client.patch(configMaps, ref, { metadata: { finalizers: null } });
    });
  });
}

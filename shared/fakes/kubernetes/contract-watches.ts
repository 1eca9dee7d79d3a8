/** Contract: watches. Only tests import this. */
import { describe, expect, it } from 'vitest';
import { createConfigMap, presentVersion, readWatch, suiteSelector, type ContractContext } from './contract-context.ts';
import { configMaps } from '../../kubernetes/core-types.ts';

export function testWatches(present: () => ContractContext): void {
  describe('watch', () => {
    it('tells what was added, modified and deleted since a resourceVersion, in order', async () => {
      const { client, namespace } = present();
      await createConfigMap(present(), 'before');
      const watch = readWatch(present(), { resourceVersion: await presentVersion(present()) });
      await createConfigMap(present(), 'a');
      expect(await watch.next()).toBe('added a');
      await client.patch(configMaps, { name: 'a', namespace }, { data: { color: 'blue' } });
      expect((await watch.nextEvent()).value).toMatchObject({
        type: 'modified',
        object: { kind: 'ConfigMap', metadata: { name: 'a' }, data: { color: 'blue' } },
      });
      await createConfigMap(present(), 'b');
      await client.delete(configMaps, { name: 'a', namespace });
      expect(await watch.next()).toBe('added b');
      expect(await watch.next()).toBe('deleted a');
    });

    it('hands on what happened between the list and the watch', async () => {
      const resourceVersion = await presentVersion(present());
      await createConfigMap(present(), 'a');
      await createConfigMap(present(), 'b');
      const watch = readWatch(present(), { resourceVersion });
      expect(await watch.next()).toBe('added a');
      expect(await watch.next()).toBe('added b');
    });

    it('begins with the present list when no resourceVersion is given', async () => {
      await createConfigMap(present(), 'b');
      await createConfigMap(present(), 'a');
      const watch = readWatch(present(), {});
      expect(await watch.next()).toBe('resync a b');
      await createConfigMap(present(), 'c');
      expect(await watch.next()).toBe('added c');
    });

    it('tells an object that leaves the selector as deleted, and one that enters it as added', async () => {
      const { client, namespace } = present();
      const ref = { name: 'a', namespace };
      await createConfigMap(present(), 'a', { labels: { watched: 'yes' } });
      await createConfigMap(present(), 'other');
      const watch = readWatch(present(), {
        labelSelector: `${suiteSelector},watched=yes`,
        resourceVersion: await presentVersion(present()),
      });
      await client.patch(configMaps, { name: 'other', namespace }, { data: { color: 'blue' } });
      await client.patch(configMaps, ref, { metadata: { labels: { watched: null } } });
      expect(await watch.next()).toBe('deleted a');
      await client.patch(configMaps, ref, { data: { color: 'blue' } });
      await client.patch(configMaps, ref, { metadata: { labels: { watched: 'yes' } } });
      expect(await watch.next()).toBe('added a');
    });

    it('tells of a finalized object first as modified, then as deleted', async () => {
      const { client, namespace } = present();
      const ref = { name: 'a', namespace };
      await createConfigMap(present(), 'a', { finalizers: ['soteria.dev/contract'] });
      const watch = readWatch(present(), { resourceVersion: await presentVersion(present()) });
      await client.delete(configMaps, ref);
      expect(await watch.next()).toBe('modified a');
      await client.patch(configMaps, ref, { metadata: { finalizers: null } });
      expect(await watch.next()).toBe('deleted a');
    });

    it('serves several watchers at once', async () => {
      const resourceVersion = await presentVersion(present());
      const watches = [readWatch(present(), { resourceVersion }), readWatch(present(), { resourceVersion })];
      await createConfigMap(present(), 'a');
      expect(await Promise.all(watches.map((watch) => watch.next()))).toEqual(['added a', 'added a']);
    });

    it('ends without an error when its signal aborts', async () => {
      const watch = readWatch(present(), {});
      expect(await watch.next()).toBe('resync');
      const pending = watch.next();
      watch.abort();
      expect(await pending).toBe('end');
      expect(await watch.next()).toBe('end');
    });
  });
}

/** Several places at once, by their likely names: what was looked at under a wrong one counts as not looked at. */
import { expect, it } from 'vitest';
import { createTestBench } from '../test-bench.ts';
import { claim, operationWith, persistentVolume, volume } from '../../../drivers/longhorn/backup/fixtures.ts';
import type { World } from '../../../drivers/longhorn/backup/world.ts';
import { lookAlong } from './plan.ts';

const named = (name: string) => ({ ...persistentVolume.spec?.csi, driver: 'driver.longhorn.io', volumeHandle: name });

it('finds a volume that is not called like its persistent volume, on a target that is not the default one', async () => {
  const { driver, cluster, longhorn } = createTestBench();
  const { name } = persistentVolume.metadata;
  const spec = { ...persistentVolume.spec, csi: named('another') };
  cluster.seed({ ...persistentVolume, metadata: { ...persistentVolume.metadata, name }, spec });
  longhorn.volumes.add({ ...volume, name: 'another', backupTargetName: 'second' });
  const world: World = await lookAlong(driver, operationWith());
  expect(world.claim?.seen?.metadata.name).toBe(claim.metadata.name);
  expect(world.volume?.seen?.name).toBe('another');
  expect(world.target).toEqual({ seen: undefined });
});

it('says nothing of a volume where the persistent volume is somebody else’s', async () => {
  const { driver, cluster } = createTestBench();
  const spec = { ...persistentVolume.spec, csi: { ...named('vol-1'), driver: 'else' } };
  cluster.seed({ ...persistentVolume, spec });
  const world: World = await lookAlong(driver, operationWith());
  expect(world.persistentVolume?.seen).toBeDefined();
  expect(world.volume).toBeUndefined();
});

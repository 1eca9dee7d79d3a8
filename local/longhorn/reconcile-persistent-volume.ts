import { rm } from 'node:fs/promises';
import {
  type PersistentVolume,
  persistentVolumeClaims,
  persistentVolumes,
} from '@soteria/shared/kubernetes/core-types.ts';
import { volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { decideRelease } from './decide-claim.ts';
import { type World, instantOf, patchStatus } from './world.ts';

export async function reconcilePersistentVolume(world: World, name: string): Promise<number | undefined> {
  const pv = await world.client.get(persistentVolumes, { name }, world);
  const ref = pv?.spec?.claimRef;
  if (pv === undefined || ref?.name === undefined) return undefined;
  const claim = await world.client.get(persistentVolumeClaims, { name: ref.name, namespace: ref.namespace }, world);
  const isClaimThere = claim !== undefined && ((ref.uid ?? '') === '' || claim.metadata.uid === ref.uid);
  const action = decideRelease(pv, isClaimThere);
  if (action === 'nothing') return undefined;
  // The folder may already show the volume of a new claim of the same name.
  if (claim === undefined) await rm(world.folders.claim(ref.namespace ?? 'default', ref.name), { force: true });
  if (action === 'delete') await deleteBoth(world, pv);
  else await release(world, pv);
  return undefined;
}

async function deleteBoth(world: World, pv: PersistentVolume): Promise<void> {
  const { metadata, spec } = pv;
  const volume = spec?.csi?.volumeHandle ?? metadata.name;
  // Kubernetes protects a bound PersistentVolume from deletion.
  if (pv.status?.phase !== 'Released') await patchStatus(world, persistentVolumes, pv, { phase: 'Released' });
  await world.client.delete(volumes, { name: volume, namespace: world.namespace }, world);
  await world.client.delete(persistentVolumes, { name: metadata.name }, world);
}

/** The volume stays and records its former claim. */
async function release(world: World, pv: PersistentVolume): Promise<void> {
  await patchStatus(world, persistentVolumes, pv, { phase: 'Released' });
  const name = pv.spec?.csi?.volumeHandle ?? pv.metadata.name;
  const volume = await world.client.get(volumes, { name, namespace: world.namespace }, world);
  if (volume === undefined) return;
  await patchStatus(world, volumes, volume, {
    kubernetesStatus: { pvStatus: 'Released', lastPVCRefAt: instantOf(world.now()) },
  });
}

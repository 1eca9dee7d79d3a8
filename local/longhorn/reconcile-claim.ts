import { mkdir } from 'node:fs/promises';
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
} from '@soteria/shared/kubernetes/core-types.ts';
import { volumes } from '@soteria/shared/longhorn/resource-types.ts';
import { decideClaim, volumeNameFor } from './decide-claim.ts';
import { showVolumeAsClaim } from './folders.ts';
import { persistentVolumeDraft, volumeDraft } from './provisioned-objects.ts';
import { type World, patchStatus } from './world.ts';

export async function reconcileClaim(world: World, namespace: string, name: string): Promise<number | undefined> {
  const claim = await world.client.get(persistentVolumeClaims, { name, namespace }, world);
  if (claim === undefined) return undefined;
  const volumeName = volumeNameFor(claim);
  const pvName = claim.spec?.volumeName ?? '';
  const at = { name: volumeName, namespace: world.namespace };
  const action = decideClaim({
    claim,
    persistentVolume: await world.client.get(persistentVolumes, { name: pvName === '' ? volumeName : pvName }, world),
    hasVolume: (await world.client.get(volumes, at, world)) !== undefined,
    storageClasses: world.storageClasses,
  });
  switch (action.type) {
    case 'createVolume':
      await world.client.create(volumes, volumeDraft(world, claim, action.sizeBytes), world);
      return world.pace.stepMs;
    case 'createPersistentVolume': {
      const volume = await world.client.get(volumes, at, world);
      if (volume !== undefined) {
        await world.client.create(persistentVolumes, persistentVolumeDraft(claim, volume), world);
      }
      return world.pace.stepMs;
    }
    case 'bind':
      await bind(world, claim, action.persistentVolume);
      return world.pace.stepMs;
    case 'grow':
      await grow(world, claim, action.persistentVolume, action.sizeBytes);
      return world.pace.stepMs;
    case 'keep':
      await keep(world, claim, action.persistentVolume);
      return undefined;
    case 'nothing':
      break;
  }
  return undefined;
}

/** Makes the folder first: a bound claim can be written to. */
async function bind(world: World, claim: PersistentVolumeClaim, pv: PersistentVolume): Promise<void> {
  const { name, namespace, uid } = claim.metadata;
  await showFolder(world, claim, pv);
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid };
  await world.client.patch(persistentVolumes, { name: pv.metadata.name }, { spec: { claimRef } }, world);
  await patchStatus(world, persistentVolumes, pv, { phase: 'Bound' });
  const annotations = { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' };
  const patch = { metadata: { annotations }, spec: { volumeName: pv.metadata.name } };
  await world.client.patch(persistentVolumeClaims, { name, namespace }, patch, world);
  await patchStatus(world, persistentVolumeClaims, claim, {
    phase: 'Bound',
    accessModes: pv.spec?.accessModes ?? [],
    capacity: pv.spec?.capacity ?? {},
  });
}

/** Does the work of Longhorn's CSI driver and of Kubernetes' resizer; the folder itself has no size. */
async function grow(
  world: World,
  claim: PersistentVolumeClaim,
  pv: PersistentVolume,
  sizeBytes: bigint,
): Promise<void> {
  const volume = { name: pv.spec?.csi?.volumeHandle ?? pv.metadata.name, namespace: world.namespace };
  await world.client.patch(volumes, volume, { spec: { size: String(sizeBytes) } }, world);
  const capacity = { storage: String(sizeBytes) };
  await world.client.patch(persistentVolumes, { name: pv.metadata.name }, { spec: { capacity } }, world);
  await patchStatus(world, persistentVolumeClaims, claim, { capacity });
}

async function keep(world: World, claim: PersistentVolumeClaim, pv: PersistentVolume): Promise<void> {
  await showFolder(world, claim, pv);
  const name = pv.spec?.csi?.volumeHandle ?? '';
  const volume = await world.client.get(volumes, { name, namespace: world.namespace }, world);
  if (volume === undefined) return;
  const told = volume.status?.kubernetesStatus;
  const { name: pvcName, namespace } = claim.metadata;
  if (told?.pvcName === pvcName && told.namespace === namespace && (told.lastPVCRefAt ?? '') === '') return;
  await patchStatus(world, volumes, volume, {
    kubernetesStatus: {
      pvName: pv.metadata.name,
      pvStatus: 'Bound',
      namespace,
      pvcName,
      lastPVCRefAt: '',
      workloadsStatus: null,
      lastPodRefAt: '',
    },
  });
}

/** The folder of a volume that is being restored appears with its last byte; until then the claim's link leads nowhere. */
async function showFolder(world: World, claim: PersistentVolumeClaim, pv: PersistentVolume): Promise<void> {
  const { name, namespace = 'default' } = claim.metadata;
  const volumeName = pv.spec?.csi?.volumeHandle ?? pv.metadata.name;
  const volumeFolder = world.folders.volume(volumeName);
  const volume = await world.client.get(volumes, { name: volumeName, namespace: world.namespace }, world);
  const isFromBackup = (volume?.spec.fromBackup ?? '') !== '';
  await showVolumeAsClaim(world.folders.claim(namespace, name), volumeFolder, { mayAdopt: !isFromBackup });
  if (volume === undefined || !isFromBackup) await mkdir(volumeFolder, { recursive: true });
}

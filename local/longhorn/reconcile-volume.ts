import { mkdir, rm } from 'node:fs/promises';
import { snapshots, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { decideVolume, flagsOfVolume } from './decide-volume.ts';
import { reconcileRestore } from './reconcile-restore.ts';
import { isRestored } from './restore-status.ts';
import { removeEngine } from './restoring-engine.ts';
import { backupsOfVolume, isBackupAtWork, isSnapshotAtWork, snapshotsOfVolume } from './volume-relations.ts';
import { sizeOfTree } from './store/walk-tree.ts';
import type { NextLook } from './work-queue.ts';
import { type World, ensureMetadata, instantOf, isDeleting, removeFinalizer, patchStatus } from './world.ts';

export async function reconcileVolume(world: World, name: string): Promise<NextLook> {
  const volume = await world.client.get(volumes, { name, namespace: world.namespace }, world);
  if (volume === undefined) return undefined;
  if (isDeleting(volume)) return removeVolume(world, volume);
  await ensureMetadata(world, volumes, volume, {
    longhornvolume: name,
    'backup-target': volume.spec.backupTargetName ?? 'default',
  });
  if ((volume.spec.fromBackup ?? '') !== '' && !isRestored(volume)) return reconcileRestore(world, volume);
  await mkdir(world.folders.volume(name), { recursive: true });
  await showFlags(world, volume);
  const step = decideVolume({
    name,
    state: volume.status?.state ?? '',
    robustness: volume.status?.robustness ?? '',
    isInUse: (volume.spec.nodeID ?? '') !== '',
    tickets:
      snapshotsOfVolume(world.known, name).filter(isSnapshotAtWork).length +
      backupsOfVolume(world.known, name).filter(isBackupAtWork).length,
    faults: world.faults,
    nodeName: world.nodeName,
  });
  // Workloads can use a restored volume from here on.
  const isHidden = volume.status?.frontendDisabled === true;
  if (step === undefined && !isHidden) return undefined;
  const shown = isHidden ? { frontendDisabled: false } : {};
  await patchStatus(world, volumes, volume, { ...step, ...shown, ...(await measured(world, name, step?.state)) });
  return world.pace.attachMs;
}

/** Longhorn measures a volume while its engine runs. */
async function measured(world: World, name: string, state: string | undefined): Promise<{ actualSize?: number }> {
  return state === 'attached' ? { actualSize: await sizeOfTree(world.folders.volume(name)) } : {};
}

async function showFlags(world: World, volume: VolumeResource): Promise<void> {
  const { isStandby, tooManySnapshots } = flagsOfVolume(volume.metadata.name, world.faults);
  const before = volume.status?.conditions?.find(({ type }) => type === tooManySnapshots.type);
  if (isStandby === (volume.status?.isStandby ?? false) && tooManySnapshots.status === (before?.status ?? 'False'))
    return;
  const others = (volume.status?.conditions ?? []).filter(({ type }) => type !== tooManySnapshots.type);
  const condition = { ...tooManySnapshots, lastProbeTime: '', lastTransitionTime: instantOf(world.now()) };
  await patchStatus(world, volumes, volume, { isStandby, conditions: [...others, condition] });
}

/** Deletes the snapshots of the volume, but not its backups. */
async function removeVolume(world: World, volume: VolumeResource): Promise<number | undefined> {
  const { name } = volume.metadata;
  for (const { metadata } of snapshotsOfVolume(world.known, name)) {
    await world.client.delete(snapshots, { name: metadata.name, namespace: world.namespace }, world);
  }
  await world.restores.drop(name);
  await removeEngine(world, name);
  await rm(world.folders.unfinishedVolume(name), { recursive: true, force: true });
  await rm(world.folders.volume(name), { recursive: true, force: true });
  await rm(world.folders.snapshotsOf(name), { recursive: true, force: true });
  await removeFinalizer(world, volumes, volume);
  return undefined;
}

/** Fills a volume made from a backup: the folder gets the volume's name when every byte is in it. */
import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { backupVolumes, backups, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { BackupResource, VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { decideRestore } from './decide-restore.ts';
import { isTargetAvailable } from './is-target-available.ts';
import { restoresPerNode } from './pace.ts';
import { parseBackupUrl } from './parse-backup-url.ts';
import { restoredFields } from './restored-fields.ts';
import { type RestoringFrom, ensureEngine, reportProgress } from './restoring-engine.ts';
import { prefilledKubernetesStatus } from './prefilled-kubernetes-status.ts';
import { isAbsence } from './store/manifest.ts';
import { type RestoreResult, restore } from './store/restore.ts';
import { refreshBackupVolume, backupVolumeName } from './refresh-backup-volume.ts';
import type { NextLook } from './work-queue.ts';
import { type RestoreStep, statusAfter } from './restore-status.ts';
import { conditionOf } from './with-condition.ts';
import { type World, ensureMetadata, instantOf, patchStatus } from './world.ts';

export async function reconcileRestore(world: World, volume: VolumeResource): Promise<NextLook> {
  const { name } = volume.metadata;
  const { status } = volume;
  const from = parseBackupUrl(volume.spec.fromBackup ?? '') ?? { backup: '', volume: '' };
  const scheduled = conditionOf(status?.conditions, 'Scheduled');
  const action = decideRestore({
    name,
    state: status?.state ?? '',
    isInitiated: status?.restoreInitiated === true,
    hasFailed: conditionOf(status?.conditions, 'Restore')?.reason === 'RestoreFailure',
    unscheduled: scheduled?.status === 'False' ? (scheduled.message ?? '') : undefined,
    isTargetAvailable: await isTargetAvailable(world, volume.spec.backupTargetName ?? 'default'),
    isSlotFree: restoresUnderWay(world, name) < restoresPerNode,
    faults: world.faults,
  });
  switch (action.type) {
    case 'initiate':
      await initiate(world, volume, from);
      return world.pace.stepMs;
    case 'sayUnscheduled':
      await show(world, volume, action);
      return undefined;
    case 'goTo':
      await show(world, volume, action);
      return world.pace.attachMs;
    case 'waitForSlot':
      return { laterMs: world.pace.waitMs };
    case 'begin':
      await begin(world, volume, from);
      return world.pace.stepMs;
    case 'advance':
      await advance(world, volume, from);
      return world.pace.stepMs;
    case 'fail':
      await fail(world, volume, from, 'the replica stopped');
      return undefined;
    case 'nothing':
      break;
  }
  return undefined;
}

/** Attached volumes hold a slot of the node, volumes that wait to be attached do not. */
function restoresUnderWay({ known }: World, exceptFor: string): number {
  return known.volumes
    .values()
    .filter(({ metadata, spec, status }) => {
      const isAttached = status?.state === 'attaching' || status?.state === 'attached';
      return (
        metadata.name !== exceptFor && (spec.fromBackup ?? '') !== '' && status?.restoreRequired === true && isAttached
      );
    })
    .toArray().length;
}

/** Completes the volume where no webhook has done so. */
async function initiate(world: World, volume: VolumeResource, from: RestoringFrom): Promise<void> {
  const { name } = volume.metadata;
  const { folders } = world;
  // A deleted volume of the same name may have left its folder.
  await rm(folders.volume(name), { recursive: true, force: true });
  await rm(folders.unfinishedVolume(name), { recursive: true, force: true });
  // From here on its absence says that every byte is in place.
  await mkdir(folders.unfinishedVolume(name), { recursive: true });
  const backup = await world.client.get(backups, { name: from.backup, namespace: world.namespace }, world);
  if (backup !== undefined) await complete(world, volume, backup);
  const more = { ownerID: world.nodeName, lastBackup: from.backup, ...prefilledKubernetesStatus(volume, backup) };
  await show(world, volume, { type: 'initiate' }, more);
}

async function complete(world: World, volume: VolumeResource, backup: BackupResource): Promise<void> {
  const { name, namespace } = volume.metadata;
  const target = backup.status?.backupTargetName ?? 'default';
  const source = backup.status?.volumeName ?? '';
  await refreshBackupVolume(world, target, source);
  const at = { name: backupVolumeName(target, source), namespace: world.namespace };
  const backupVolume = await world.client.get(backupVolumes, at, world);
  if (backupVolume === undefined) return;
  const { labels, spec } = restoredFields(name, volume.spec, backup, backupVolume);
  await ensureMetadata(world, volumes, volume, labels);
  const isComplete = Object.entries(spec).every(([field, value]) => volume.spec[field] === value);
  if (!isComplete) await world.client.patch(volumes, { name, namespace }, { spec }, world);
}

async function begin(world: World, volume: VolumeResource, from: RestoringFrom): Promise<void> {
  await ensureEngine(world, volume, from);
  await show(world, volume, { type: 'begin' });
}

async function advance(world: World, volume: VolumeResource, from: RestoringFrom): Promise<void> {
  const { name } = volume.metadata;
  const { folders, pace } = world;
  if (!(await isThere(folders.unfinishedVolume(name)))) return finish(world, volume, from);
  const source = { targetFolder: folders.target(volume.spec.backupTargetName ?? 'default'), ...from };
  let step;
  try {
    step = await world.restores.advance(name, pace.restoreBytesPerStep, () =>
      restore(source, folders.unfinishedVolume(name)),
    );
  } catch (error) {
    if (error instanceof SoteriaError) throw error;
    // This process has not failed: the store does not hold what it should.
    const why = error instanceof Error ? error.message : 'the backup cannot be read';
    world.log.warn('restore_failed', { volume: name, backup: from.backup, why });
    return fail(world, volume, from, 'failed to restore the backup: a block is missing or damaged');
  }
  if (!('result' in step)) {
    const progress = Math.floor((step.doneBytes / Math.max(1, step.totalBytes)) * 100);
    await reportProgress(world, volume, from, { state: 'in_progress', progress: Math.min(99, progress) });
    return undefined;
  }
  await rename(folders.unfinishedVolume(name), folders.volume(name));
  return finish(world, volume, from, step.result);
}

async function finish(world: World, volume: VolumeResource, from: RestoringFrom, done?: RestoreResult): Promise<void> {
  await reportProgress(world, volume, from, { state: 'complete', progress: 100 });
  await show(world, volume, { type: 'finish' }, done === undefined ? {} : { actualSize: done.bytes });
}

async function fail(world: World, volume: VolumeResource, from: RestoringFrom, error: string): Promise<void> {
  const { name } = volume.metadata;
  await world.restores.drop(name);
  await reportProgress(world, volume, from, { state: 'error', progress: 0, error });
  await show(world, volume, { type: 'fail' });
}

function show(
  world: World,
  volume: VolumeResource,
  step: RestoreStep,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const at = { now: instantOf(world.now()), nodeName: world.nodeName };
  return patchStatus(world, volumes, volume, { ...statusAfter(step, volume, at), ...more });
}

async function isThere(folder: string): Promise<boolean> {
  try {
    await lstat(folder);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/**
 * A Longhorn that moves only when told to, on the virtual clock: the judgement is the local Longhorn's own, faults included; what
 * it does is done at once, in memory.
 */
import { type LonghornAdmission, createAdmission } from '@soteria/local/longhorn/admission.ts';
import { decideTarget, planSync } from '@soteria/local/longhorn/decide-target.ts';
import { decideVolume, flagsOfVolume } from '@soteria/local/longhorn/decide-volume.ts';
import { type FaultBoard, createFaultBoard } from '@soteria/local/longhorn/faults.ts';
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { backupTargets, backups, snapshots, volumes } from '@soteria/shared/longhorn/resource-types.ts';
import type { BackupTargetResource, VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { createLonghornObjects, longhornNamespace } from './objects.ts';
import { dropObject, lookAtBackup, pullBackup, refreshBackupVolume } from './look-at-backup.ts';
import { lookAtSnapshot } from './look-at-snapshot.ts';
import { type BackupStoreOnTarget, createTargetStore } from './target.ts';
import { isAtWork, type Parts, targetName } from './parts.ts';

export interface SimulatedLonghorn {
  readonly faults: FaultBoard;
  readonly admission: LonghornAdmission;
  readonly target: BackupStoreOnTarget;
  /** Looks at every object once. */
  step(): void;
  /** The target is read at the next step, due or not. */
  askForSync(): void;
}

export interface SimulatedLonghornOptions {
  readonly cluster: MemoryCluster;
  readonly now: () => Date;
}

export function createSimulatedLonghorn({ cluster, now }: SimulatedLonghornOptions): SimulatedLonghorn {
  const board = createFaultBoard(() => undefined);
  const target = createTargetStore();
  const parts: Parts = {
    objects: createLonghornObjects(cluster),
    faults: board.present,
    target,
    waits: new Map(),
    now,
    instant: () =>
      now()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z'),
  };
  const { objects } = parts;
  let isUrgent = false;

  function lookAtTarget({ spec, status }: BackupTargetResource): void {
    const action = decideTarget(
      {
        url: spec.backupTargetURL ?? '',
        isAvailable: status?.available ?? undefined,
        lastMessage: status?.conditions?.find(({ type }) => type === 'Unavailable')?.message ?? '',
        lastSyncedAt: status?.lastSyncedAt ?? '',
        syncRequestedAt: spec.syncRequestedAt ?? '',
        isUrgent,
        pollIntervalMs: 300_000,
        trouble: board.present.targetUnavailable,
        lossShowsInMs: 0,
        faults: board.present,
      },
      now(),
    );
    if (action.type === 'nothing') return;
    const isUnavailable = action.type === 'makeUnavailable';
    const message = isUnavailable ? action.message : '';
    const condition = { type: 'Unavailable', status: isUnavailable ? 'True' : 'False', message };
    objects.patchStatus(backupTargets, targetName, { available: !isUnavailable, conditions: [condition] });
    if (isUnavailable && action.losesObjects) {
      for (const { metadata } of objects.list(backups)) dropObject(parts, metadata.name);
    }
    if (action.type === 'makeAvailable') isUrgent = true;
    if (action.type !== 'sync') return;
    isUrgent = false;
    readTarget();
    objects.patchStatus(backupTargets, targetName, { lastSyncedAt: parts.instant() });
  }

  function readTarget(): void {
    if (board.present.backupVolumeLags === true) return;
    for (const volume of target.volumes()) refreshBackupVolume(parts, volume);
    const plan = planSync(
      target.list().map(({ name }) => name),
      objects.list(backups).map(({ metadata, status }) => ({
        name: metadata.name,
        isFromTarget:
          metadata.deletionTimestamp === undefined &&
          status?.state === 'Completed' &&
          (status.lastSyncedAt ?? '') !== '',
      })),
      new Set(),
      board.present,
    );
    for (const name of plan.pull) pullBackup(parts, name);
    for (const name of plan.drop) dropObject(parts, name);
  }

  function lookAtVolume(volume: VolumeResource): void {
    const { name } = volume.metadata;
    const flags = flagsOfVolume(name, board.present);
    const before = volume.status?.conditions?.[0]?.status ?? 'False';
    if (flags.isStandby !== (volume.status?.isStandby ?? false) || flags.tooManySnapshots.status !== before) {
      objects.patchStatus(volumes, name, { isStandby: flags.isStandby, conditions: [flags.tooManySnapshots] });
    }
    const step = decideVolume({
      name,
      state: volume.status?.state ?? '',
      robustness: volume.status?.robustness ?? '',
      isInUse: true,
      tickets: [...objects.list(snapshots), ...objects.list(backups)].filter((one) => isAtWork(one, name)).length,
      faults: board.present,
      nodeName: 'node-1',
    });
    if (step !== undefined) objects.patchStatus(volumes, name, { ...step });
  }

  return {
    faults: board,
    admission: createAdmission(longhornNamespace, board.present),
    target,
    askForSync() {
      isUrgent = true;
    },
    step() {
      for (const one of objects.list(backupTargets)) lookAtTarget(one);
      for (const one of objects.list(volumes)) lookAtVolume(one);
      for (const one of objects.list(snapshots)) lookAtSnapshot(parts, one);
      for (const one of objects.list(backups)) lookAtBackup(parts, one);
    },
  };
}

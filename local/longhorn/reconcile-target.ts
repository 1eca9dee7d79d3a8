import { access, constants, mkdir } from 'node:fs/promises';
import { parseGoDuration } from '@soteria/shared/longhorn/go-duration.ts';
import { backupTargets } from '@soteria/shared/longhorn/resource-types.ts';
import type { BackupTargetResource } from '@soteria/shared/longhorn/wire.ts';
import { decideTarget } from './decide-target.ts';
import type { NextLook } from './work-queue.ts';
import { dropObjectsOf, syncTarget } from './sync-target.ts';
import { type World, ensureMetadata, instantOf, isDeleting, removeFinalizer, patchStatus } from './world.ts';

export async function reconcileTarget(world: World, name: string): Promise<NextLook> {
  const target = await world.client.get(backupTargets, { name, namespace: world.namespace }, world);
  if (target === undefined) return undefined;
  if (isDeleting(target)) {
    await removeFinalizer(world, backupTargets, target);
    return undefined;
  }
  await ensureMetadata(world, backupTargets, target, {});
  const { spec, status } = target;
  const trouble = world.faults.targetUnavailable ?? (await troubleWith(world.folders.target(name)));
  const action = decideTarget(
    {
      url: spec.backupTargetURL ?? '',
      isAvailable: status?.available ?? undefined,
      lastMessage: status?.conditions?.find(({ type }) => type === 'Unavailable')?.message ?? '',
      lastSyncedAt: status?.lastSyncedAt ?? '',
      syncRequestedAt: spec.syncRequestedAt ?? '',
      isUrgent: world.urgentSyncs.has(name),
      pollIntervalMs: parseGoDuration(spec.pollInterval ?? '') ?? 0,
      trouble,
      lossShowsInMs: lossShowsIn(world, name, trouble),
      faults: world.faults,
    },
    world.now(),
  );
  const next = action.againMs === undefined ? undefined : { laterMs: action.againMs };
  switch (action.type) {
    case 'makeUnavailable':
      await patchAvailability(world, target, action.message);
      if (action.losesObjects) await dropObjectsOf(world, name);
      break;
    case 'makeAvailable':
      await patchAvailability(world, target, undefined);
      world.urgentSyncs.add(name);
      break;
    case 'sync':
      await syncTarget(world, name);
      world.urgentSyncs.delete(name);
      await patchStatus(world, backupTargets, target, { lastSyncedAt: instantOf(world.now()) });
      break;
    case 'nothing':
      break;
  }
  return next;
}

function lossShowsIn(world: World, name: string, trouble: string | undefined): number {
  const { lostSince, pace } = world;
  const nowMs = world.now().getTime();
  if (trouble === undefined) {
    lostSince.delete(name);
    return 0;
  }
  const since = lostSince.get(name) ?? nowMs;
  lostSince.set(name, since);
  return since + pace.targetLossMs - nowMs;
}

async function troubleWith(folder: string): Promise<string | undefined> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return `failed to list backup volumes: the target's folder cannot be used: ${code}`;
  }
}

async function patchAvailability(
  world: World,
  target: BackupTargetResource,
  trouble: string | undefined,
): Promise<void> {
  const now = instantOf(world.now());
  const isUnavailable = trouble !== undefined;
  const before = target.status?.conditions?.find(({ type }) => type === 'Unavailable');
  const status = isUnavailable ? 'True' : 'False';
  const lastTransitionTime = before?.status === status ? (before['lastTransitionTime'] ?? now) : now;
  await patchStatus(world, backupTargets, target, {
    ownerID: world.nodeName,
    available: !isUnavailable,
    conditions: [
      {
        type: 'Unavailable',
        status,
        reason: isUnavailable ? 'Unavailable' : '',
        message: trouble ?? '',
        lastProbeTime: '',
        lastTransitionTime,
      },
    ],
  });
}

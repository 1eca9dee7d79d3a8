/** Pending: is the claim's name free, which point is meant, can it be restored, is there a slot? */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import { noClusters } from '@soteria/shared/settings/own-clusters.ts';
import { pointIdOf, toRestorePoint } from '@soteria/shared/longhorn/restore-points.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { whyNotRunAgain } from '@soteria/shared/operation/record/decide-reapplied.ts';
import { claimLabel } from '@soteria/shared/operation/record/marks.ts';
import { restoredVolumeName } from '@soteria/shared/operation/record/names.ts';
import { instant } from '@soteria/shared/operation/kinds/fields.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf, waiting } from '@soteria/shared/operation/record/status.ts';
import { byAge } from '@soteria/shared/operation/record/store.ts';
import { shapeClaim, staticStorageClass } from '../new-claim/shape-claim.ts';
import { bytesToRead, longestBudgetWaitMs, noRoomToday } from '../proof/why-no-test.ts';
import { notRestored, refusedBecause } from './about-operation.ts';
import type { Action } from './action.ts';
import { needsLiveVolume } from './choose-point.ts';
import { decideImage, whyImageNot } from './decide-image.ts';
import { decideReading, isUnknownUrl, targetToRead } from './decide-reading.ts';
import type { Situation } from './situation.ts';
import type { Place, World } from './world.ts';

/** Another restore that makes the same claim: the older one, or the one that runs. */
function whoMakesIt(operation: Operation, peers: readonly Operation[]): Operation | undefined {
  return peers.find(
    (peer) =>
      peer.metadata.uid !== operation.metadata.uid &&
      peer.spec.kind === operation.spec.kind &&
      !isTerminal(peer.status?.phase) &&
      (peer.status?.phase === 'Running' || byAge(peer, operation) < 0),
  );
}

/**
 * The class that the source had may be gone with its cluster, and its claims bind all the same. A class that the request names and nobody
 * has made is a mistake of the request. Longhorn's own class for volumes without a provisioner need not exist.
 */
function isClassAskedFor({ spec }: Operation): boolean {
  const { storageClass } = spec.request;
  return storageClass !== undefined && storageClass !== staticStorageClass;
}

/** What must be looked at next to judge the request; undefined when all of it is known. */
export function nextLook(operation: Operation, world: World): Place | undefined {
  for (const at of ['claim', 'peers', 'points', 'ownClusters'] as const) if (world[at] === undefined) return at;
  if (needsLiveVolume(world)) return 'liveVolume';
  const { chosen: point } = world;
  if (isUnknownUrl(operation, world) && world.targets === undefined) return 'targets';
  if (point === undefined || point instanceof SoteriaError) return undefined;
  if (world.target === undefined) return 'target';
  if (operation.spec.kind === 'RestoreTest' && world.noTest === undefined) return 'noTest';
  const shape = shapeClaim(point, operation.spec.request);
  if (shape instanceof SoteriaError) return undefined;
  const isClassMeant = shape.size !== undefined || isClassAskedFor(operation);
  if (isClassMeant && world.storageClass === undefined) return 'storageClass';
  if (shape.volume.backingImage === undefined) return undefined;
  if (world.backingImage === undefined) return 'backingImage';
  return world.backingImage.seen === undefined && world.imageBackup === undefined ? 'imageBackup' : undefined;
}

function whyTargetNot(operation: Operation, backup: Backup, { target }: World): SoteriaError | undefined {
  if (target?.seen?.isAvailable === true) return undefined;
  const name = backup.backupTargetName ?? '';
  return new SoteriaError('target_unavailable', {
    what: notRestored(operation),
    why: `backup target ${name} is not available; Longhorn says: ${target?.seen?.unavailableMessage ?? 'nothing'}`,
    fix: 'make it reachable with its credentials, wait for Longhorn’s next poll, then ask again',
  });
}

/** Everything that stands against the restore, in the order a person would check it. */
export function blockersOf(operation: Operation, world: World): SoteriaError[] {
  const { namespace, pvc } = claimRefOf(operation);
  const found: SoteriaError[] = [];
  const taken = world.claim?.seen;
  if (taken !== undefined) {
    const since = taken.metadata.deletionTimestamp;
    const state = since === undefined ? 'exists' : `is Terminating since ${since}: wait until it is gone`;
    found.push(refusedBecause.targetTaken(operation, `claim ${namespace}/${pvc} ${state}`));
  }
  const other = whoMakesIt(operation, world.peers?.seen ?? []);
  if (other !== undefined) {
    found.push(
      refusedBecause.targetTaken(operation, `operation ${other.metadata.name} is making claim ${namespace}/${pvc}`),
    );
  }
  const { chosen: point } = world;
  // It is not there yet, which is not the same as nowhere.
  if (targetToRead(operation, world) !== undefined) return found;
  if (point instanceof SoteriaError) found.push(point);
  if (point === undefined || point instanceof SoteriaError) return found;
  const shape = shapeClaim(point, operation.spec.request);
  if (shape instanceof SoteriaError) return [...found, shape];
  const target = world.target === undefined ? undefined : whyTargetNot(operation, point, world);
  if (target !== undefined) found.push(target);
  const { storageClass } = world;
  if (storageClass !== undefined && shape.size !== undefined && storageClass.seen !== true) {
    found.push(refusedBecause.mayNotGrow(operation, shape.storageClassName, storageClass.seen === false));
  } else if (storageClass !== undefined && storageClass.seen === undefined) {
    found.push(refusedBecause.noStorageClass(notRestored(operation), shape.storageClassName));
  }
  if (world.noTest?.seen !== undefined) found.push(world.noTest.seen);
  const image = whyImageNot(operation, shape, world);
  if (image !== undefined) found.push(image);
  return found;
}

function waitInQueue(operation: Operation, what: string): Action {
  const next = waiting(statusOf(operation), what);
  return next.message === operation.status?.message ? { do: 'wait' } : { do: 'record', status: next };
}

/** The record takes instants of UTC alone; what Longhorn shows comes from a file on the target that anybody may have written. */
function dataAsOfOf({ snapshotCreatedAt }: Backup): { readonly dataAsOf?: string } {
  const at = Date.parse(snapshotCreatedAt ?? '');
  if (snapshotCreatedAt === undefined || Number.isNaN(at)) return {};
  return { dataAsOf: instant.safeParse(snapshotCreatedAt).data ?? new Date(at).toISOString() };
}

/** Of the chosen point, however it was chosen: by cluster, id, name or URL. */
function foreignClusterOf(point: Backup, { ownClusters }: World): { readonly foreignCluster?: string } {
  const { origin, cluster_id: cluster } = toRestorePoint(point, ownClusters?.seen ?? noClusters);
  return origin === 'other-cluster' ? { foreignCluster: (cluster ?? 'unknown').slice(0, 253) } : {};
}

export function decideStart({ operation, world, rules, now }: Situation): Action {
  const status = statusOf(operation);
  const misfit = refusedBecause.requestMisfit(operation);
  if (misfit !== undefined) return { do: 'record', status: refuse(status, 'Failed', misfit, now) };
  const old = whyNotRunAgain(operation);
  if (old !== undefined) return { do: 'record', status: refuse(status, 'Skipped', old, now) };
  if (operation.metadata.labels?.[claimLabel] === undefined) return { do: 'label' };

  const place = nextLook(operation, world);
  if (place !== undefined) return { do: 'look', at: place };
  const [blocker] = blockersOf(operation, world);
  if (blocker !== undefined) return { do: 'record', status: refuse(status, 'Failed', blocker, now) };
  const target = targetToRead(operation, world);
  if (target !== undefined) return decideReading({ operation, world, rules, now }, target);
  const { chosen: point } = world;
  if (point === undefined || point instanceof SoteriaError) return { do: 'wait' };

  const image = decideImage({ operation, world, rules, now });
  if (image !== undefined) return image;

  const isTest = operation.spec.kind === 'RestoreTest';
  if (isTest && world.budget === undefined) return { do: 'enter-budget', bytes: bytesToRead(point) };
  if (world.budget?.isBooked === false) {
    const { waitsFor, roomAt } = world.budget;
    const isLong = roomAt.getTime() - now.getTime() > longestBudgetWaitMs;
    return isLong
      ? { do: 'record', status: refuse(status, 'Skipped', noRoomToday(operation, waitsFor), now) }
      : waitInQueue(operation, `waits for ${waitsFor}`);
  }
  const need = {
    on: 'volume',
    key: point.volume ?? point.name,
    mode: 'shared',
    ...(isTest ? { atMostOfKind: rules.maxParallelTests } : {}),
  } as const;
  if (world.slot === undefined) return { do: 'enter-slot', need };
  if (!world.slot.entered) {
    return waitInQueue(operation, `waits for a slot: ${world.slot.waitsFor}`);
  }
  const { namespace, pvc } = claimRefOf(operation);
  const work = {
    attempt: 1,
    restorePoint: pointIdOf(point),
    backup: point.name,
    backupTarget: point.backupTargetName ?? '',
    ...dataAsOfOf(point),
    ...foreignClusterOf(point, world),
    volume: restoredVolumeName(pvc, operation.metadata.uid),
    claimNamespace: namespace,
    claim: pvc,
  };
  const message = `restoring ${point.name} into volume ${work.volume}`;
  return { do: 'record', status: advance(status, { step: 'volume', progress: 10, message, work }, now) };
}

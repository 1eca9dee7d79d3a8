/** Pending: is the claim's name free, which point is meant, can it be restored, is there a slot? */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { AnyAction } from '@soteria/shared/operation/engine/advance.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { whyNotRunAgain } from '@soteria/shared/operation/record/decide-reapplied.ts';
import { claimLabel } from '@soteria/shared/operation/record/marks.ts';
import { instant } from '@soteria/shared/operation/kinds/fields.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf, waiting } from '@soteria/shared/operation/record/status.ts';
import { rivalOf } from '@soteria/shared/operation/queue/rival.ts';
import { noClusters } from '@soteria/shared/settings/own-clusters.ts';
import type { RestorePoint } from '@soteria/shared/restore-points/restore-point.ts';
import { notRestored, refusedBecause } from '../../../drivers/restore/about-operation.ts';
import type { RestoreStep } from '../../../drivers/restore/action.ts';
import type { RestoreDriver } from '../../../drivers/restore/driver.ts';
import type { Situation } from '../../../drivers/restore/situation.ts';
import type { RestoreWorld } from '../../../drivers/restore/world.ts';
import { longestBudgetWaitMs, noRoomToday } from '../proof/why-no-test.ts';
import { needsLiveVolume } from './choose-point.ts';
import { requestMisfit } from './request-misfit.ts';

/**
 * The class that the source had may be gone with its cluster, and its claims bind all the same. A class that the request names and nobody
 * has made is a mistake of the request. A class of the driver's own for volumes without a provisioner need not exist.
 */
function isClassAskedFor({ staticStorageClass }: RestoreDriver, { spec }: Operation): boolean {
  const { storageClass } = spec.request;
  return storageClass !== undefined && storageClass !== staticStorageClass;
}

/** What must be looked at next to judge the request; undefined when all of it is known. */
export function nextLook(driver: RestoreDriver, operation: Operation, world: RestoreWorld): string | undefined {
  for (const at of ['claim', 'peers'] as const) if (world[at] === undefined) return at;
  if (driver.pointsOf(world, noClusters) === undefined) return driver.pointsAt;
  if (world.ownClusters === undefined) return 'ownClusters';
  if (needsLiveVolume(driver, world)) return driver.liveVolumeAt;
  const { chosen: point } = world;
  const place = driver.nextLook(operation, world);
  if (place !== undefined) return place;
  if (point === undefined || point instanceof SoteriaError) return undefined;
  if (operation.spec.kind === 'RestoreTest' && world.noTest === undefined) return 'noTest';
  const shape = driver.shapeOf(point, operation.spec.request);
  if (shape instanceof SoteriaError) return undefined;
  const isClassMeant = shape.size !== undefined || isClassAskedFor(driver, operation);
  return isClassMeant && world.storageClass === undefined ? 'storageClass' : undefined;
}

/** Everything that stands against the restore, in the order a person would check it. */
export function blockersOf(driver: RestoreDriver, operation: Operation, world: RestoreWorld): SoteriaError[] {
  const { namespace, pvc } = claimRefOf(operation);
  const found: SoteriaError[] = [];
  const taken = world.claim?.seen;
  if (taken !== undefined) {
    const since = taken.metadata.deletionTimestamp;
    const state = since === undefined ? 'exists' : `is Terminating since ${since}: wait until it is gone`;
    found.push(refusedBecause.targetTaken(operation, `claim ${namespace}/${pvc} ${state}`));
  }
  const other = rivalOf(operation, world.peers?.seen ?? []);
  if (other !== undefined) {
    found.push(
      refusedBecause.targetTaken(operation, `operation ${other.metadata.name} is making claim ${namespace}/${pvc}`),
    );
  }
  const { chosen: point } = world;
  // It is not there yet, which is not the same as nowhere.
  if (driver.readsFirst(operation, world) !== undefined) return found;
  if (point instanceof SoteriaError) found.push(point);
  if (point === undefined || point instanceof SoteriaError) return found;
  const shape = driver.shapeOf(point, operation.spec.request);
  if (shape instanceof SoteriaError) return [...found, shape];
  const target = driver.whyStoreNot(operation, world);
  if (target !== undefined) found.push(target);
  const { storageClass } = world;
  if (storageClass !== undefined && shape.size !== undefined && storageClass.seen !== true) {
    found.push(refusedBecause.mayNotGrow(operation, shape.storageClassName, storageClass.seen === false));
  } else if (storageClass !== undefined && storageClass.seen === undefined) {
    found.push(refusedBecause.noStorageClass(notRestored(operation), shape.storageClassName));
  }
  if (world.noTest?.seen !== undefined) found.push(world.noTest.seen);
  const image = driver.whyBaseNot(operation, world);
  if (image !== undefined) found.push(image);
  return found;
}

function waitInQueue(operation: Operation, what: string): RestoreStep {
  const next = waiting(statusOf(operation), what);
  return next.message === operation.status?.message ? { do: 'wait' } : { do: 'record', status: next };
}

/** The record takes instants of UTC alone; what a driver shows comes from where the point is stored, and anybody may have written it. */
function dataAsOfOf({ data_as_of: told }: RestorePoint): { readonly dataAsOf?: string } {
  const at = Date.parse(told ?? '');
  if (told === null || Number.isNaN(at)) return {};
  return { dataAsOf: instant.safeParse(told).data ?? new Date(at).toISOString() };
}

/** Of the chosen point, however it was chosen: by cluster, id, name or URL. */
function foreignClusterOf({ origin, cluster_id: cluster }: RestorePoint): { readonly foreignCluster?: string } {
  return origin === 'other-cluster' ? { foreignCluster: (cluster ?? 'unknown').slice(0, 253) } : {};
}

export function decideStart(driver: RestoreDriver, situation: Situation): RestoreStep | AnyAction {
  const { operation, world, rules, now } = situation;
  const status = statusOf(operation);
  const misfit = requestMisfit(operation, driver.name);
  if (misfit !== undefined) return { do: 'record', status: refuse(status, 'Failed', misfit, now) };
  const old = whyNotRunAgain(operation);
  if (old !== undefined) return { do: 'record', status: refuse(status, 'Skipped', old, now) };
  if (operation.metadata.labels?.[claimLabel] === undefined) return { do: 'label' };

  const place = nextLook(driver, operation, world);
  if (place !== undefined) return { do: 'look', at: place };
  const [blocker] = blockersOf(driver, operation, world);
  if (blocker !== undefined) return { do: 'record', status: refuse(status, 'Failed', blocker, now) };
  const first = driver.prepare(situation);
  if (first !== undefined) return first;
  const { chosen } = world;
  if (chosen === undefined || chosen instanceof SoteriaError) return { do: 'wait' };

  const isTest = operation.spec.kind === 'RestoreTest';
  if (isTest && world.budget === undefined) return { do: 'enter-budget', bytes: driver.bytesToRead(chosen) };
  if (world.budget?.isBooked === false) {
    const { waitsFor, roomAt } = world.budget;
    const isLong = roomAt.getTime() - now.getTime() > longestBudgetWaitMs;
    return isLong
      ? { do: 'record', status: refuse(status, 'Skipped', noRoomToday(operation, waitsFor), now) }
      : waitInQueue(operation, `waits for ${waitsFor}`);
  }
  const { point, name } = chosen;
  const need = { ...driver.slotOf(chosen), ...(isTest ? { atMostOfKind: rules.maxParallelTests } : {}) };
  if (world.slot === undefined) return { do: 'enter-slot', need };
  if (!world.slot.entered) {
    return waitInQueue(operation, `waits for a slot: ${world.slot.waitsFor}`);
  }
  const { namespace, pvc } = claimRefOf(operation);
  const begun = driver.begin(operation, chosen);
  const work = {
    attempt: 1,
    restorePoint: point.id,
    backup: name,
    ...begun,
    ...dataAsOfOf(point),
    ...foreignClusterOf(point),
    claimNamespace: namespace,
    claim: pvc,
  };
  const into = begun.volume === undefined ? `claim ${namespace}/${pvc}` : `volume ${begun.volume}`;
  const message = `restoring ${name} into ${into}`;
  return { do: 'record', status: advance(status, { step: 'volume', progress: 10, message, work }, now) };
}

/**
 * A self-test that has ended: the fact is sent, and everything it made is removed, in this order: the children first, then
 * the Jobs, the restored claim, the claim with its volume, the point on the target, and what describes the volume there. Pure. Invariants:
 *  1. Removed is only what carries our uid, or that of a child of ours, by its own uid.
 *  2. A claim over a persistent volume that was not made for it stays, and so does that volume.
 *  3. It is asked again whenever somebody wakes it: what another wake-up has made late goes, too.
 */
import { isTerminal, type Operation, type OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { operationUidLabel, temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { endOfJob } from '@soteria/shared/job/pod-end.ts';
import { isOurs } from '../../../drivers/restore/about-operation.ts';
import { isTestPoint, provisionedName } from './about-self-test.ts';
import { verdictOf } from './verdicts.ts';
import type { SelfTestAction, SelfTestFact, SelfTestSituation } from './world.ts';

const factOfPhase: Readonly<Record<string, SelfTestFact>> = { Succeeded: 'passed', Failed: 'failed' };

const isParent = (operation: Operation, child: Operation): boolean =>
  child.spec.cause?.parent === operation.metadata.name;

function endChildren({ operation, world }: SelfTestSituation): SelfTestAction | undefined {
  for (const at of ['backup', 'restore'] as const) {
    const look = world[at];
    if (look === undefined) return { do: 'look', at };
    const child = look.seen;
    if (child === undefined || !isParent(operation, child)) continue;
    const isOpen = !isTerminal(child.status?.phase);
    if (isOpen && child.spec.cancelRequested !== true) return { do: 'cancel-child', child };
    // It removes what it has made itself, and wakes its parent after that.
    if (isOpen || child.status?.settled !== true) return { do: 'wait' };
  }
  return undefined;
}

function removeJobs({ operation, world }: SelfTestSituation): SelfTestAction | undefined {
  for (const at of ['writeJob', 'compareJob'] as const) {
    const look = world[at];
    if (look === undefined) return { do: 'look', at };
    const job = look.seen;
    if (job !== undefined && isOurs(operation, job.labels) && !job.isDeleting) {
      return { do: 'delete-job', at, job, isRunning: endOfJob(job.job) === undefined };
    }
  }
  return undefined;
}

/** Uid of the child, empty when there is none of ours. */
function uidOf({ operation, world }: SelfTestSituation, at: 'backup' | 'restore'): string {
  const child = world[at]?.seen;
  return child !== undefined && isParent(operation, child) ? child.metadata.uid : '';
}

/** What the Restore has made is permanent, and its own: marked with its uid. */
function removeRestored(situation: SelfTestSituation): SelfTestAction | undefined {
  const { world } = situation;
  const uid = uidOf(situation, 'restore');
  if (uid === '') return undefined;
  const isItsOwn = (marks: Readonly<Record<string, string>> | undefined) => marks?.[operationUidLabel] === uid;
  if (world.restoredClaim === undefined) return { do: 'look', at: 'restoredClaim' };
  const claim = world.restoredClaim.seen?.metadata;
  if (claim !== undefined && isItsOwn(claim.labels) && claim.deletionTimestamp === undefined) {
    return { do: 'delete-claim', at: 'restoredClaim', claim };
  }
  if (world.restoredPersistentVolume === undefined) return { do: 'look', at: 'restoredPersistentVolume' };
  const persistentVolume = world.restoredPersistentVolume.seen?.metadata;
  if (
    persistentVolume !== undefined &&
    isItsOwn(persistentVolume.labels) &&
    persistentVolume.deletionTimestamp === undefined
  ) {
    return { do: 'delete-persistent-volume', at: 'restoredPersistentVolume', persistentVolume };
  }
  if (world.restoredVolume === undefined) return { do: 'look', at: 'restoredVolume' };
  const volume = world.restoredVolume.seen;
  return volume !== undefined && isItsOwn(volume.marks) && !volume.isDeleting
    ? { do: 'delete-volume', at: 'restoredVolume', volume }
    : undefined;
}

/** The claim, and with it the volume that Kubernetes made for it: kept by a storage class that says Retain. */
function removeSource({ operation, world }: SelfTestSituation, status: OperationStatus): SelfTestAction | undefined {
  if (world.claim === undefined) return { do: 'look', at: 'claim' };
  const claim = world.claim.seen;
  const isItsOwn = claim !== undefined && isOurs(operation, claim.metadata.labels);
  const { claimUid = '' } = status.work ?? {};
  if (isItsOwn && claim.metadata.labels?.[temporaryLabel] !== undefined) {
    const { uid, name, deletionTimestamp } = claim.metadata;
    const volume = claim.spec?.volumeName ?? '';
    if (volume !== '' && volume !== provisionedName(uid)) return undefined;
    // Made by a wake-up that did not live to say so: afterwards nobody could tell the volume's name.
    if (claimUid !== uid) {
      return { do: 'record', status: { ...status, work: { attempt: 1, ...status.work, claimUid: uid } } };
    }
    if (deletionTimestamp === undefined) return { do: 'delete-claim', at: 'claim', claim: { name, uid } };
    // A Pod may have it mounted: no volume is taken from under it.
    return { do: 'wait' };
  }
  if (claimUid === '') return undefined;
  if (world.persistentVolume === undefined) return { do: 'look', at: 'persistentVolume' };
  const persistentVolume = world.persistentVolume.seen;
  const isForClaim = persistentVolume?.spec?.claimRef?.uid === claimUid;
  if (persistentVolume !== undefined && isForClaim && persistentVolume.metadata.deletionTimestamp === undefined) {
    return { do: 'delete-persistent-volume', at: 'persistentVolume', persistentVolume: persistentVolume.metadata };
  }
  if (world.volume === undefined) return { do: 'look', at: 'volume' };
  const volume = world.volume.seen;
  return volume === undefined || volume.isDeleting ? undefined : { do: 'delete-volume', at: 'volume', volume };
}

/** The point. */
function removePoint(situation: SelfTestSituation, status: OperationStatus): SelfTestAction | undefined {
  const { operation, world } = situation;
  const backupUid = uidOf(situation, 'backup');
  if (backupUid === '' || (status.work?.claimUid ?? '') === '') return undefined;
  if (world.points === undefined) return { do: 'look', at: 'points' };
  const points = world.points.seen ?? [];
  const due = points.find((one) => isTestPoint(operation, backupUid, one) && !one.isDeleting);
  return due === undefined ? undefined : { do: 'delete-backup', backup: due };
}

/**
 * The description of the volume on the target, which Longhorn keeps when the last point is gone. With a description Longhorn deletes every
 * backup of its volume: it goes only if it describes a point of this test, of the volume that was made for the test's claim, and if no
 * backup of anybody else is there. An admission policy lets the function delete no other description.
 */
function removeDescription(situation: SelfTestSituation, status: OperationStatus): SelfTestAction | undefined {
  const { operation, world } = situation;
  const backupUid = uidOf(situation, 'backup');
  const { claimUid = '' } = status.work ?? {};
  if (backupUid === '' || claimUid === '' || world.points === undefined) return undefined;
  if (!(world.points.seen ?? []).every((one) => isTestPoint(operation, backupUid, one))) return undefined;
  if (world.descriptions === undefined) return { do: 'look', at: 'descriptions' };
  const due = world.descriptions.seen?.find(
    (one) => one.volume === provisionedName(claimUid) && isTestPoint(operation, backupUid, one) && !one.isDeleting,
  );
  return due === undefined ? undefined : { do: 'delete-description', description: due };
}

export function decideTidy(situation: SelfTestSituation): SelfTestAction {
  const { operation, world } = situation;
  const status = statusOf(operation);
  const isSettled = status.settled === true;
  const fact = factOfPhase[status.phase];
  if (!isSettled && fact !== undefined && status.announced?.includes(fact) !== true) return { do: 'announce', fact };
  const verdict = isSettled || world.isVerdictKept === true ? undefined : verdictOf(operation);
  if (verdict !== undefined) return { do: 'keep-verdict', verdict };
  const next =
    endChildren(situation) ??
    removeJobs(situation) ??
    removeRestored(situation) ??
    removeSource(situation, status) ??
    removePoint(situation, status) ??
    removeDescription(situation, status);
  if (next !== undefined) return next;
  return isSettled ? { do: 'rest' } : { do: 'record', status: { ...status, settled: true } };
}

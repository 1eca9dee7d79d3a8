/** Running, the backup's name is recorded: make it, follow it, and call it done only when it is restorable. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import { whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import type { OperationResult, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf, succeed, waiting } from '@soteria/shared/operation/record/status.ts';
import { pointIdOf } from '@soteria/shared/longhorn/restore-points.ts';
import type { Action } from './action.ts';
import { isOurs, notBackedUp, refusedBecause } from '../../backup/about-operation.ts';
import { backupDraftOf } from './backup-draft.ts';
import type { Situation } from './situation.ts';
import { stillForMs } from '../../backup/deadline.ts';
import type { World } from './world.ts';
import { looksForDraft } from './decide-intent.ts';
import { decideRefusal } from './decide-refusal.ts';
import { decideStuck } from './decide-stuck.ts';
import { attempts, limits } from './limits.ts';

/**
 * Progress is written in quarters: every change of Longhorn's own progress would be one more write to the API server. Between
 * them only so often that a slow upload, which moves all the time, is not mistaken for a stuck one.
 */
const progressStep = 25;

/** Counted from 0. */
export function progressStepOf({ progress }: Backup): number {
  return Math.floor(progress / progressStep);
}

/** The upload is what lies between 50 and 90 percent of the whole. */
const shareOf = (uploadPercent: number): number => 50 + Math.floor((uploadPercent * 40) / 100);

function recordMade({ operation, now }: Situation, name: string): Action {
  const message = `backup ${name} is waiting for Longhorn`;
  const made = { step: 'upload', progress: 30, message, work: { backupMade: true } };
  return { do: 'record', status: advance(statusOf(operation), made, now) };
}

function makeBackup(situation: Situation, work: OperationWork, name: string): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  if (world.refusal !== undefined) return decideRefusal(withoutIntent(situation, work), world.refusal);
  const backup = world.backup?.seen;
  if (backup !== undefined) {
    if (!isOurs(operation, backup)) return attempts.retryOrFail(situation, `backup ${name} belongs to somebody else`);
    return recordMade(situation, name);
  }
  if (world.intended !== name) return decideUnanswered(situation, name);
  const unseen = looksForDraft(world);
  if (unseen.length > 0) return { do: 'look', at: unseen };
  const draft = backupDraftOf(operation, work, world, situation.rules);
  return draft instanceof SoteriaError
    ? { do: 'record', status: refuse(status, 'Failed', draft, now) }
    : { do: 'create-backup', draft };
}

/** Refused is not made: who alone could have made it takes the name back, and it may be intended once more. */
function withoutIntent(situation: Situation, work: OperationWork): Situation {
  const { operation } = situation;
  const { backup: _backup, ...rest } = work;
  return { ...situation, operation: { ...operation, status: { ...statusOf(operation), work: rest } } };
}

/** Longer than any wake-up may take (50 s), and than clocks may differ: who recorded the name has asked by now, or never will. */
const unansweredMs = 300_000;

/**
 * Another wake-up has recorded the name (invariant 7), and whether it has lived to ask is not known. What comes after is a new
 * attempt; the old one's snapshot goes first, so that a create that comes later still makes nothing.
 */
function decideUnanswered(situation: Situation, name: string): Action {
  const { world } = situation;
  const late = limits.decideLateStart(situation, `backup ${name} could not be created`);
  if (late !== undefined) return late;
  for (const at of ['backup', 'volume'] as const) if (world[at] === undefined) return { do: 'look', at };
  // Made, completed, and gone from the list since.
  if (world.volume?.seen?.lastBackup === name) return recordMade(situation, name);
  if (stillForMs(situation) < unansweredMs) return { do: 'wait' };
  // A volume of the v2 engine names none (#12542): then only the target can tell, as of any backup that is missed.
  const { dataEngine, lastBackup } = world.volume?.seen ?? {};
  if (dataEngine === 'v2' && lastBackup === undefined) return recordMade(situation, name);
  const { operation } = situation;
  const lost = new SoteriaError('backup_failed', {
    what: notBackedUp(operation),
    why: `backup ${name} was to be created, and nobody knows whether Longhorn was asked: the process ended, or the answer was lost`,
    fix: 'ask for a new backup; if it stays, look at the API server and at Longhorn’s webhook',
  });
  return attempts.retryLater(situation, lost, 0);
}

/** The first reading after a loss may have begun before it (longhorn.md 5, list race); the one after that has not. */
const readingsUntilGone = 3;

/** Nothing is listed any more: what is lost is the catalogue, not this one backup (longhorn.md 5, #9530). */
function isCatalogueLost({ operation, world }: Situation): boolean {
  const { backupTarget = 'default' } = statusOf(operation).work ?? {};
  return (world.catalogue?.seen ?? []).every((one) => (one.backupTargetName ?? backupTarget) !== backupTarget);
}

/**
 * When Longhorn has last read which backups this volume has on the target. Each BackupVolume is read apart, and may lag behind its
 * target or fail; the target's own reading says which volumes it holds, and so speaks for a volume that has no BackupVolume.
 */
function readingOf({ backupVolume, target }: World): string {
  const read = backupVolume?.seen ?? target?.seen;
  return read?.lastSyncedAt ?? '';
}

/** Invariant 2: gone only when the volume's backups on an available target have been read again since it was missed. */
function decideVanished(situation: Situation, name: string, work: OperationWork): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const unseen = (['target', 'backupVolume'] as const).filter((at) => world[at] === undefined);
  if (unseen.length > 0) return { do: 'look', at: unseen };
  const { vanishedAt = now.toISOString(), readings: before = [] } = work;
  const reading = readingOf(world);
  const isFirst = before.length === 0;
  if (isFirst || (before.length < readingsUntilGone && reading !== '' && !before.includes(reading))) {
    const message = `backup ${name} is no longer listed by Longhorn; waiting until Longhorn has read the backups of its volume again`;
    const missed = advance(status, { step: 'upload', progress: status.progress, message }, now);
    return { do: 'record', status: { ...missed, work: { ...work, vanishedAt, readings: [...before, reading] } } };
  }
  if (world.target?.seen?.isAvailable === true && before.length >= readingsUntilGone) {
    if (world.catalogue === undefined) return { do: 'look', at: 'catalogue' };
    if (!isCatalogueLost(situation))
      return attempts.retryOrFail(situation, `backup ${name} disappeared from the target`);
    return limits.decideDeadline(situation, `Longhorn lists no backup at all, ${name} neither`) ?? { do: 'wait' };
  }
  const unread = `backup ${name} vanished, and Longhorn has not read the backups of its volume again`;
  return limits.decideDeadline(situation, unread) ?? { do: 'wait' };
}

/** When it is missed once more, readings count anew. */
function recordReturn({ operation, now }: Situation, work: OperationWork, name: string): Action {
  const status = statusOf(operation);
  const { vanishedAt: _vanishedAt, readings: _readings, ...seen } = work;
  const message = `backup ${name} is listed by Longhorn again`;
  const listed = advance({ ...status, work: seen }, { step: 'upload', progress: status.progress, message }, now);
  return { do: 'record', status: listed };
}

function resultOf(backup: Backup): OperationResult {
  return {
    restorePoint: pointIdOf(backup),
    backup: backup.name,
    ...(backup.volume === undefined ? {} : { volume: backup.volume }),
    ...(backup.snapshotCreatedAt === undefined ? {} : { dataAsOf: backup.snapshotCreatedAt }),
    ...(backup.sizeBytes === undefined ? {} : { sizeBytes: String(backup.sizeBytes) }),
    ...(backup.uploadedBytes === undefined ? {} : { uploadedBytes: String(backup.uploadedBytes) }),
    ...(backup.url === undefined ? {} : { url: backup.url }),
  };
}

function decideCompleted(situation: Situation, backup: Backup): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const why = whyNotRestorable(backup);
  if (why === undefined && world.backupVolume === undefined) return { do: 'look', at: 'backupVolume' };
  const unread =
    why ??
    (world.backupVolume?.seen?.sizeBytes === undefined ? 'its backup volume has not been read back yet' : undefined);
  if (unread === undefined) {
    return {
      do: 'record',
      status: succeed(status, resultOf(backup), `backup ${backup.name} is complete and restorable`, now),
    };
  }
  const message = `backup ${backup.name} is uploaded, not yet restorable: ${unread}`;
  if (status.progress >= 95) return limits.decideDeadline(situation, message) ?? { do: 'wait' };
  return { do: 'record', status: advance(status, { step: 'verify', progress: 95, message }, now) };
}

function decideMoving(situation: Situation, backup: Backup): Action {
  const { operation, rules, now } = situation;
  const status = statusOf(operation);
  if (backup.state === 'InProgress') {
    const message = `Longhorn is uploading ${backup.name}: ${backup.progress} %`;
    const quarter = shareOf(progressStepOf(backup) * progressStep);
    const hasMoved = message !== status.message && stillForMs(situation) >= rules.stallMs / 4;
    if (quarter > status.progress || hasMoved) {
      const progress = shareOf(backup.progress);
      return { do: 'record', status: advance(status, { step: 'upload', progress, message }, now) };
    }
  }
  const waitingFor = `backup ${backup.name} is ${backup.state === '' ? 'new' : backup.state}${backup.waitMessage === undefined ? '' : `: ${backup.waitMessage}`}`;
  const late = decideStuck(situation, waitingFor);
  if (late !== undefined) return late;
  if (backup.state === 'InProgress' || backup.waitMessage === undefined) return { do: 'wait' };
  const next = waiting(status, waitingFor);
  return next.message === status.message ? { do: 'wait' } : { do: 'record', status: next };
}

export function decideUpload(situation: Situation): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const { work } = status;
  const name = work?.backup;
  if (work === undefined || name === undefined) return { do: 'wait' };
  const isCancelled = operation.spec.cancelRequested === true;

  if (work.backupMade !== true && !isCancelled) return makeBackup(situation, work, name);
  if (world.backup === undefined) return { do: 'look', at: 'backup' };
  const backup = world.backup.seen;
  // Invariant 4: a backup that got there first wins over its cancellation.
  if (isCancelled && (backup === undefined || backup.state !== 'Completed')) {
    return { do: 'record', status: refuse(status, 'Cancelled', refusedBecause.cancelled(operation), now) };
  }
  if (backup === undefined) return decideVanished(situation, name, work);
  if (work.vanishedAt !== undefined) return recordReturn(situation, work, name);
  if (backup.isDeleting) {
    // Somebody wants it gone, and Longhorn goes on trying: this one is lost.
    if (backup.state === 'Error') return attempts.retryOrFail(situation, `backup ${name} is being deleted by somebody`);
    // Longhorn itself takes objects away and leaves the data: what that means is decided when it is gone (invariant 2). What is
    // Completed is on the target: however long ago anything moved, a new attempt would make it twice.
    const decideWait = backup.state === 'Completed' ? limits.decideLateStart : decideStuck;
    return decideWait(situation, `backup ${name} is being deleted by somebody`) ?? { do: 'wait' };
  }
  switch (backup.state) {
    case 'Completed':
      return decideCompleted(situation, backup);
    case 'Error':
    case 'Unknown': {
      const failed = new SoteriaError('backup_failed', {
        what: notBackedUp(operation),
        why: `Longhorn's backup ${name} ended as ${backup.state}: ${backup.error ?? 'without a message'}`,
        fix: 'remove the cause that Longhorn names, then ask for a new backup',
      });
      return attempts.retryLater(situation, failed);
    }
    case '':
    case 'Pending':
    case 'InProgress':
    case 'Deleting':
    default:
      return decideMoving(situation, backup);
  }
}

/** Everything is made: the volume is followed until it is whole, then the claim until it is bound. */
import { roomInWords } from '@soteria/shared/longhorn/node-room.ts';
import { hasFailed, isRestored, type RestoreVolume } from '@soteria/shared/longhorn/port-restore.ts';
import { isTerminal, type OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf } from '@soteria/shared/operation/record/status.ts';
import { isOurs, refusedBecause } from '../../restore/about-operation.ts';
import { decideBound } from '../../restore/bound.ts';
import type { Action } from './action.ts';
import { waitFor, waitMoving } from '../../restore/deadline.ts';
import { releaseBackup } from './release-backup.ts';
import type { Situation } from './situation.ts';

/** Progress is written in tenths: every change of Longhorn's own would be one more write to the API server. */
const progressStep = 10;

/** 30 to 70 is the bytes; before it what is checked and made, after it what becomes of the claim. */
const progressOfBytes = (percent: number): number => 30 + Math.floor((percent * 40) / 100);

function fail({ operation, now }: Situation, why: string, fix: string): Action {
  const failed = refusedBecause.failed(operation, why, fix);
  return { do: 'record', status: refuse(statusOf(operation), 'Failed', failed, now) };
}

/** Removed under its name and made again under it: claim and persistent volume stay as they are. */
function decideFailed(situation: Situation, work: OperationWork, volume: RestoreVolume): Action {
  const { operation, rules, now } = situation;
  const status = statusOf(operation);
  const why = volume.failedBecause ?? `the volume is ${volume.robustness}`;
  if (work.attempt >= rules.maxAttempts) {
    return fail(
      situation,
      `Longhorn could not restore volume ${volume.name}: ${why}; that was attempt ${work.attempt}, the last one`,
      'if blocks are missing or damaged, choose an earlier restore point and make a full backup; otherwise look at the nodes in Longhorn',
    );
  }
  const { keptVolume } = situation.world;
  if (keptVolume !== undefined) {
    const stays = `the restore of volume ${volume.name} failed (${why}), and Longhorn does not delete it: ${keptVolume}`;
    return fail(situation, stays, 'delete the linked clones of the volume in Longhorn, then ask for a new restore');
  }
  if (work.isRemaking === true) {
    // Before it is deleted: while Longhorn's webhook is away every deletion of a Volume fails, and the whole must end all the same.
    const waited = waitFor(situation, status.message);
    const isLate = waited.do === 'record' && isTerminal(waited.status.phase);
    return isLate ? waited : { do: 'delete-volume', volume };
  }
  const message = `the restore of volume ${volume.name} failed (${why}); it is removed and tried once more`;
  const step = { step: `volume-r${work.attempt + 1}`, progress: status.progress, message };
  return { do: 'record', status: advance(status, { ...step, work: { isRemaking: true } }, now) };
}

function decideGone(situation: Situation, work: OperationWork): Action {
  const { operation, now } = situation;
  const name = work.volume ?? '';
  if (work.isRemaking !== true) {
    return fail(
      situation,
      `volume ${name} disappeared while it was being restored`,
      'check who deletes volumes in Longhorn, then ask for a new restore',
    );
  }
  const next = { attempt: work.attempt + 1, isRemaking: false, volumeMade: false, isReleased: false, percent: 0 };
  const step = { step: `volume-r${next.attempt}`, progress: 15, message: `making volume ${name} once more` };
  return { do: 'record', status: advance(statusOf(operation), { ...step, work: next }, now) };
}

function decideProgress(situation: Situation, volume: RestoreVolume): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  if (volume.unscheduledBecause !== undefined) {
    if (world.rooms === undefined) return { do: 'look', at: 'rooms' };
    const rooms = roomInWords(world.rooms.seen ?? []);
    const needs = `it needs ${volume.sizeBytes} bytes`;
    const where = rooms === '' ? '' : `; ${needs}, ${rooms}`;
    return waitFor(
      situation,
      `Longhorn finds no place for volume ${volume.name}: ${volume.unscheduledBecause}${where}`,
    );
  }
  if (volume.isRestoreInitiated && world.progress === undefined) return { do: 'look', at: 'progress' };
  const told = world.progress?.seen;
  const percent = Math.floor(told ?? 0);
  const reached = progressOfBytes(Math.floor(percent / progressStep) * progressStep);
  const message = `Longhorn is restoring volume ${volume.name}`;
  if (reached > status.progress) {
    const step = { step: 'restore', progress: reached, message: `${message}: ${percent} %`, work: { percent } };
    return { do: 'record', status: advance(status, step, now) };
  }
  const said = status.message.startsWith(message) ? status.message : message;
  // Large volumes need hours for a tenth, and the second attempt is long below what the first has reached.
  const isMoving = told !== undefined && percent !== (status.work?.percent ?? 0);
  return isMoving ? waitMoving(situation, said, { percent }) : waitFor(situation, said);
}

const decideBinding = (situation: Situation): Action => decideBound(situation, 'the volume is restored');

/** From here the end is reached in the same wake-up, and releases the backup by itself. */
function isNearEnd(action: Action): boolean {
  return action.do === 'record' && (action.status.work?.isPermanent === true || isTerminal(action.status.phase));
}

/** Nothing reads from the backup any more: a restore that waits for the backup need not wait for the end of this restore. */
function decideRestored(situation: Situation, work: OperationWork): Action {
  const next = decideBinding(situation);
  if (work.isReleased === true || next.do === 'look' || isNearEnd(next)) return next;
  const { operation } = situation;
  const status = { ...statusOf(operation), work: { ...work, isReleased: true } };
  return releaseBackup(situation, work) ?? decideBinding({ ...situation, operation: { ...operation, status } });
}

export function decideRestoring(situation: Situation, work: OperationWork): Action {
  const { operation, world } = situation;
  if (world.volume === undefined) return { do: 'look', at: 'volume' };
  const volume = world.volume.seen;
  if (volume === undefined || !isOurs(operation, volume.marks)) return decideGone(situation, work);
  if (volume.isDeleting) {
    return work.isRemaking === true
      ? waitFor(situation, `volume ${volume.name} is still being removed`)
      : fail(situation, `volume ${volume.name} is being deleted by somebody`, 'ask for a new restore');
  }
  if (hasFailed(volume) || work.isRemaking === true) return decideFailed(situation, work, volume);
  return isRestored(volume) ? decideRestored(situation, work) : decideProgress(situation, volume);
}

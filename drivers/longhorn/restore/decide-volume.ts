/** Running, the names are recorded: hold the backup as it was read, look at what is held, make the volume from it (invariant 5). */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type Backup, whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { stateThatRefuses } from '@soteria/shared/longhorn/refusals.ts';
import { heldByLabel } from '@soteria/shared/operation/record/marks.ts';
import type { Operation, OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { refuse, statusOf } from '@soteria/shared/operation/record/status.ts';
import { shapeClaim } from './shape-claim.ts';
import { isOurs, refusedBecause, watchedMarksOf } from '../../restore/about-operation.ts';
import type { Action } from './action.ts';
import { waitFor, waitMoving } from '../../restore/deadline.ts';
import type { Situation } from './situation.ts';
import type { Look } from '../../restore/world.ts';

/** A group without jobs: a volume in no group at all Longhorn puts into `default`, whose jobs would back it up. */
const noJobsLabel = 'recurring-job-group.longhorn.io/soteria-none';

/** Nobody shall back up the volume of a restore test. */
function marksOfVolume(operation: Operation): Readonly<Record<string, string>> {
  const isTest = operation.spec.kind === 'RestoreTest';
  return { ...watchedMarksOf(operation), ...(isTest ? { [noJobsLabel]: 'enabled' } : {}) };
}

/** Undefined once it is ours. */
function decideHold(situation: Situation, backup: Backup): Action | undefined {
  const { operation, world } = situation;
  const holder = backup.marks[heldByLabel];
  if (holder === operation.metadata.uid) return undefined;
  if (holder === undefined) return { do: 'hold', backup };
  if (world.running === undefined) return { do: 'look', at: 'running' };
  // Its holder has ended without letting go: a crash, or an Operation that was deleted.
  if (world.running.seen?.includes(holder) !== true) return { do: 'hold', backup };
  // The other one has limits of its own: as long as it runs, this one is not stuck.
  return waitMoving(situation, `backup ${backup.name} is being restored by another operation`);
}

function makeVolume(situation: Situation, work: OperationWork, backup: Backup): Action {
  const { operation, now } = situation;
  const shape = shapeClaim(backup, operation.spec.request);
  if (shape instanceof SoteriaError) {
    return { do: 'record', status: refuse(statusOf(operation), 'Failed', shape, now) };
  }
  return {
    do: 'create-volume',
    draft: {
      name: work.volume ?? '',
      fromBackup: backup.url ?? '',
      backupTargetName: backup.backupTargetName ?? '',
      sizeBytes: shape.sizeBytes,
      marks: marksOfVolume(operation),
      ...shape.volume,
    },
  };
}

/** As it was read to be chosen, or as it is now: the hold is refused when it has changed since. */
function backupOf({ operation, world }: Situation, work: OperationWork): Look<Backup> | undefined {
  if (world.backup !== undefined) return world.backup;
  const { chosen } = world;
  if (chosen === undefined || chosen instanceof SoteriaError || operation.status?.work?.attempt !== 1) return undefined;
  return chosen.point.id === work.restorePoint ? { seen: chosen.source } : undefined;
}

/** Undefined once the volume is there, and ours. */
export function decideVolume(situation: Situation, work: OperationWork): Action | undefined {
  const { operation, world, now } = situation;
  const fail = (error: SoteriaError): Action => ({
    do: 'record',
    status: refuse(statusOf(operation), 'Failed', error, now),
  });
  if (world.refusal !== undefined) {
    const state = stateThatRefuses(world.refusal);
    if (state === undefined) return fail(world.refusal);
    return waitFor(situation, `Longhorn refuses the volume for now, ${state}: ${world.refusal.explanation.why}`);
  }

  if (world.volume?.seen !== undefined) {
    const volume = world.volume.seen;
    if (!isOurs(operation, volume.marks)) {
      return fail(refusedBecause.targetTaken(operation, `a volume ${volume.name} exists that was not made for it`));
    }
    if (volume.isDeleting) return waitFor(situation, `volume ${volume.name} is still being removed`);
    return undefined;
  }
  if (work.volumeMade === true) {
    if (world.volume === undefined) return { do: 'look', at: 'volume' };
    const why = `volume ${work.volume ?? ''} disappeared while it was being restored`;
    const fix = 'check who deletes volumes in Longhorn, then ask for a new restore';
    return fail(refusedBecause.failed(operation, why, fix));
  }
  const look = backupOf(situation, work);
  if (look === undefined) return { do: 'look', at: 'backup' };
  const backup = look.seen;
  // A catalogue that was read again may be empty for a moment; what was chosen is not chosen anew.
  if (backup === undefined) return waitFor(situation, `backup ${work.backup ?? ''} is not listed by Longhorn now`);
  const why = whyNotRestorable(backup);
  if (why !== undefined) {
    const gone = refusedBecause.failed(
      operation,
      `restore point ${backup.name} can no longer be restored: ${why}`,
      'choose another restore point; see GET /v1/backups',
    );
    return fail(gone);
  }
  return decideHold(situation, backup) ?? makeVolume(situation, work, backup);
}

/** Running, the names are recorded: hold the backup, read it again, make the volume from it (invariant 5). */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { type Backup, whyNotRestorable } from '@soteria/shared/longhorn/objects.ts';
import { heldByLabel } from '@soteria/shared/operation/marks.ts';
import type { OperationWork } from '@soteria/shared/operation/schema.ts';
import { advance, refuse, statusOf } from '@soteria/shared/operation/status.ts';
import { shapeClaim } from '../core/shape-claim.ts';
import { isOurs, marksOfVolume, refusedBecause } from './about-operation.ts';
import type { Action } from './action.ts';
import { waitFor } from './deadline.ts';
import type { Situation } from './decide.ts';

/** Undefined once it is ours. */
function decideHold(situation: Situation, backup: Backup): Action | undefined {
  const { operation, world } = situation;
  const holder = backup.marks[heldByLabel];
  if (holder === operation.metadata.uid) return undefined;
  if (holder === undefined) return { do: 'hold', backup };
  if (world.running === undefined) return { do: 'look', at: 'running' };
  // Its holder has ended without letting go: a crash, or an Operation that was deleted.
  if (world.running.seen?.includes(holder) !== true) return { do: 'hold', backup };
  return waitFor(situation, `backup ${backup.name} is being restored by another operation`);
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

export function decideVolume(situation: Situation, work: OperationWork): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const fail = (error: SoteriaError): Action => ({ do: 'record', status: refuse(status, 'Failed', error, now) });
  if (world.refusal !== undefined) return fail(world.refusal);

  if (world.volume?.seen !== undefined) {
    const volume = world.volume.seen;
    if (!isOurs(operation, volume.marks)) {
      return fail(refusedBecause.targetTaken(operation, `a volume ${volume.name} exists that was not made for it`));
    }
    if (volume.isDeleting) return waitFor(situation, `volume ${volume.name} is still being removed`);
    const message = `Longhorn is to restore ${work.backup ?? ''} into volume ${volume.name}`;
    const made = { volumeMade: true, volume: volume.name };
    return { do: 'record', status: advance(status, { step: 'volume', progress: 15, message, work: made }, now) };
  }
  if (world.backup === undefined) return { do: 'look', at: 'backup' };
  const backup = world.backup.seen;
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

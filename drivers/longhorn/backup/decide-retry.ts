/** Between two attempts: what is left of the failed attempt is removed, unless it has become complete after all. */
import { advance, statusOf } from '@soteria/shared/operation/record/status.ts';
import type { OperationWork } from '@soteria/shared/operation/record/schema.ts';
import type { Action } from './action.ts';
import { isOurs } from '../../backup/about-operation.ts';
import type { Situation } from './situation.ts';
import { attempts } from './limits.ts';

/** Invariant 4: what became Completed after it was given up is the restore point that was asked for. */
function takeUpAgain({ operation, now }: Situation, work: OperationWork, name: string): Action {
  const { retryAt: _retryAt, ...rest } = work;
  const status = { ...statusOf(operation), work: rest };
  const message = `backup ${name} has become complete after all`;
  return { do: 'record', status: advance(status, { step: 'upload', progress: status.progress, message }, now) };
}

function takeAway(situation: Situation, work: OperationWork): Action | undefined {
  const { operation, world } = situation;
  if (work.backup !== undefined) {
    if (world.backup === undefined) return { do: 'look', at: 'backup' };
    const backup = world.backup.seen;
    if (backup !== undefined && isOurs(operation, backup)) {
      // Also one whose object Longhorn is taking off its list: the data stay.
      if (backup.state === 'Completed') return takeUpAgain(situation, work, backup.name);
      // One that cannot be deleted stays `isDeleting`; Longhorn goes on trying, and the next attempt has another name.
      if (!backup.isDeleting) {
        if (world.target === undefined) return { do: 'look', at: 'target' };
        // While the target is away only the object would go: what is left of this attempt goes when the operation ends.
        if (world.target.seen?.isAvailable === true) return { do: 'delete-backup', name: backup.name, seen: backup };
      }
    }
    if (backup === undefined) {
      if (world.volume === undefined) return { do: 'look', at: 'volume' };
      // Complete after all, and gone from the list since: what follows it waits for its return.
      if (world.volume.seen?.lastBackup === work.backup) return takeUpAgain(situation, work, work.backup);
    }
  }
  if (world.snapshot === undefined) return { do: 'look', at: 'snapshot' };
  const snapshot = world.snapshot.seen;
  if (snapshot === undefined || !isOurs(operation, snapshot) || snapshot.isDeleting) return undefined;
  if (world.kept?.[snapshot.name] !== undefined) return undefined;
  return { do: 'delete-snapshot', name: snapshot.name, uid: snapshot.uid };
}

export function decideRetry(situation: Situation, work: OperationWork): Action {
  return attempts.decideNext(situation, takeAway(situation, work));
}

/** After the end: removes what must not stay (invariant 3), then releases the backup. Pure. */
import { temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { isOurs } from '../../restore/about-operation.ts';
import { removeClaim } from '../../restore/permanent.ts';
import type { Action } from './action.ts';
import { releaseBackup } from './release-backup.ts';
import type { Situation } from './situation.ts';

/** The claim first: while it is there, its persistent volume and volume are in use. */
function removeWhatWasMade(situation: Situation): Action | undefined {
  const { operation, world } = situation;
  if (statusOf(operation).work?.volume === undefined) return undefined;
  const removal = removeClaim(situation);
  if (removal !== undefined) return removal;
  if (world.volume === undefined) return { do: 'look', at: 'volume' };
  const volume = world.volume.seen;
  const isTemporary = volume?.marks[temporaryLabel] !== undefined && isOurs(operation, volume.marks);
  if (volume === undefined || !isTemporary || volume.isDeleting) return undefined;
  // Linked clones stand on it: it stays, and is no longer ours to remove.
  return world.keptVolume === undefined ? { do: 'delete-volume', volume } : { do: 'keep-volume', volume };
}

export function decideTidy(situation: Situation, isKept: boolean): Action | undefined {
  const removal = isKept ? undefined : removeWhatWasMade(situation);
  return removal ?? releaseBackup(situation, statusOf(situation.operation).work);
}

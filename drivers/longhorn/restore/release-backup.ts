/** Of the backup, as soon as nothing is read from it any more: another restore may wait for it. */
import { heldByLabel } from '@soteria/shared/operation/record/marks.ts';
import type { OperationWork } from '@soteria/shared/operation/record/schema.ts';
import type { Action } from './action.ts';
import type { Situation } from './situation.ts';

/** Undefined once it is not held by this operation. */
export function releaseBackup({ operation, world }: Situation, work: OperationWork | undefined): Action | undefined {
  if (work?.backup === undefined || work.isReleased === true) return undefined;
  if (world.backup === undefined) return { do: 'look', at: 'backup' };
  const backup = world.backup.seen;
  return backup?.marks[heldByLabel] === operation.metadata.uid ? { do: 'release', backup } : undefined;
}

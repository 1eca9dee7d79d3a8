/** Terminal: announce the end, let the driver tidy up, leave the slot, then rest (invariant 5). */
import { shorten, statusOf } from '@soteria/shared/operation/record/status.ts';
import type { BackupFact, BackupStep } from '../../../drivers/backup/action.ts';
import type { BackupDecisions, Kit } from '../../../drivers/backup/driver.ts';
import type { Situation } from '../../../drivers/backup/situation.ts';

const factOfPhase: Readonly<Record<string, BackupFact>> = {
  Succeeded: 'completed',
  Failed: 'failed',
  Cancelled: 'failed',
  Skipped: 'skipped',
};

/**
 * Long ended, and woken all the same: another pod may have made an object while this one was being cancelled. Of a success there
 * is nothing to take away.
 */
export function decideSettled<K extends Kit>(
  driver: BackupDecisions<K>,
  situation: Situation<K['world']>,
): K['action'] | BackupStep<K['place']> {
  const { phase } = statusOf(situation.operation);
  return (phase === 'Succeeded' ? undefined : driver.tidy(situation)) ?? { do: 'rest' };
}

export function decideEnding<K extends Kit>(
  driver: BackupDecisions<K>,
  situation: Situation<K['world']>,
): K['action'] | BackupStep<K['place']> {
  const { operation, world } = situation;
  const status = statusOf(operation);
  const fact = factOfPhase[status.phase];
  if (fact !== undefined && status.announced?.includes(fact) !== true) return { do: 'announce', fact };
  const tidying = driver.tidy(situation);
  if (tidying !== undefined) return tidying;
  // Last: the next operation in the slot finds the volume as this operation leaves it.
  if (world.hasLeftSlot !== true) return { do: 'leave-slot' };
  // Reported once, in the record: the cluster refuses to delete it as long as the cause is there.
  const message = shorten([status.message, ...driver.whatStays(world)].join('; '));
  return { do: 'record', status: { ...status, message, settled: true } };
}

/**
 * What to do next for one Operation of kind Backup. Pure: the record, what was looked at, the instant. The driver decides what lies between
 * the beginning and the end.
 *
 * Invariants (the stages cite them):
 *  1. Intent before effect: a name is in the record before the object is made.
 *  2. After `…Made`, a missing object has vanished; its name is never used again, only a new attempt's.
 *  3. An existing object is ours only if it carries our operation's uid.
 *  4. What is Completed and restorable is never deleted here.
 *  5. The phase is terminal first, facts are sent next, tidying comes last; each can be repeated.
 *  6. While Soteria is paused nothing is created or deleted.
 *  7. Longhorn is asked for a backup once under each name: in the wake-up that has recorded it, and in no other.
 */
import { isTerminal } from '@soteria/shared/operation/record/schema.ts';
import { isHeldByPause } from '@soteria/shared/operation/engine/pause.ts';
import { pausedMessage } from '@soteria/shared/settings/paused.ts';
import { statusOf, waiting } from '@soteria/shared/operation/record/status.ts';
import { type BackupStep, isStep } from '../../../drivers/backup/action.ts';
import type { BackupDecisions, Kit } from '../../../drivers/backup/driver.ts';
import type { Situation } from '../../../drivers/backup/situation.ts';
import { decideEnding, decideSettled } from './decide-ending.ts';
import { decideStart } from './decide-start.ts';

export function decideBackup<K extends Kit>(
  driver: BackupDecisions<K>,
  situation: Situation<K['world']>,
): K['action'] | BackupStep<K['place']> {
  const action = decideStage(driver, situation);
  const { operation, world } = situation;
  // Invariant 6.
  const isIntent = isStep(action) && action.do === 'record' && driver.isIntent(operation, action.status);
  if (!isHeldByPause(action) && !isIntent) return action;
  if (world.paused === undefined) return { do: 'look', at: 'paused' };
  if (world.paused.seen !== true) return action;
  const status = statusOf(operation);
  const held = waiting(status, pausedMessage);
  return held.message === operation.status?.message || isTerminal(status.phase)
    ? { do: 'wait' }
    : { do: 'record', status: held };
}

function decideStage<K extends Kit>(
  driver: BackupDecisions<K>,
  situation: Situation<K['world']>,
): K['action'] | BackupStep<K['place']> {
  const { status } = situation.operation;
  if (status?.settled === true) return decideSettled(driver, situation);
  if (isTerminal(status?.phase)) return decideEnding(driver, situation);
  return driver.hasBegun(status?.work) ? driver.decide(situation) : decideStart(driver, situation);
}

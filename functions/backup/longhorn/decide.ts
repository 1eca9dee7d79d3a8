/**
 * What to do next for one Operation of kind Backup with the longhorn driver. Pure: the record, what was looked at, the instant.
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
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { isTerminal } from '@soteria/shared/operation/record/schema.ts';
import { isHeldByPause } from '@soteria/shared/operation/engine/pause.ts';
import { pausedMessage } from '@soteria/shared/settings/paused.ts';
import { statusOf, waiting } from '@soteria/shared/operation/record/status.ts';
import type { Action } from './action.ts';
import { decideEnding, decideSettled } from './decide-ending.ts';
import { decideRetry } from './decide-retry.ts';
import { decideSnapshot } from './decide-snapshot.ts';
import { decideStart } from './decide-start.ts';
import { decideUpload } from './decide-upload.ts';
import type { Situation } from './situation.ts';

export function decideBackup(situation: Situation): Action {
  const action = decideStage(situation);
  const { operation, world } = situation;
  // Invariant 6.
  if (!isHeldByPause(action) && !isIntent(action, operation)) return action;
  if (world.paused === undefined) return { do: 'look', at: 'paused' };
  if (world.paused.seen !== true) return action;
  const status = statusOf(operation);
  const held = waiting(status, pausedMessage);
  return held.message === operation.status?.message || isTerminal(status.phase)
    ? { do: 'wait' }
    : { do: 'record', status: held };
}

/** Held like the create that follows it in the same wake-up: once recorded, nobody else may make it (invariant 7). */
function isIntent(action: Action, { status }: Operation): boolean {
  if (action.do !== 'record') return false;
  const name = action.status.work?.backup;
  return name !== undefined && name !== status?.work?.backup;
}

function decideStage(situation: Situation): Action {
  const { status } = situation.operation;
  if (status?.settled === true) return decideSettled(situation);
  if (isTerminal(status?.phase)) return decideEnding(situation);
  const work = status?.work;
  if (work?.snapshot === undefined) return decideStart(situation);
  if (work.retryAt !== undefined) return decideRetry(situation, work, work.retryAt);
  if (work.backup === undefined) return decideSnapshot(situation);
  return decideUpload(situation);
}

/**
 * The snapshot is ready: everything the backup is made from is looked at first, then its name goes into the record, so that
 * nothing comes between the record and the create (invariant 7).
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf } from '@soteria/shared/operation/record/status.ts';
import type { Action } from './action.ts';
import { backupDraftOf } from './backup-draft.ts';
import type { Situation } from './situation.ts';
import { decideRefusal, decideWaitForTarget } from './decide-refusal.ts';
import type { Place, World } from './world.ts';

/** What of the draft's sources was not looked at yet: none tells where another is, the record does. */
export function looksForDraft(world: World): readonly (Place | 'identity')[] {
  const isClaimGone = world.claim !== undefined && world.claim.seen === undefined;
  return (['claim', 'persistentVolume', 'volume', 'identity'] as const).filter(
    (at) => world[at] === undefined && (at !== 'persistentVolume' || !isClaimGone),
  );
}

/** Its upload had begun, and Longhorn has refused it: the intent was taken back. */
const wasRefused = ({ steps }: OperationStatus): boolean => steps.at(-1)?.name === 'upload';

export function decideIntent(situation: Situation, name: string): Action {
  const { operation, world, rules, now } = situation;
  const status = statusOf(operation);
  const isAgain = wasRefused(status);
  if (isAgain) {
    // Refused in this very wake-up: the next one asks again.
    if (world.refusal !== undefined) return decideRefusal(situation, world.refusal);
    if (world.target === undefined) return { do: 'look', at: 'target' };
    const away = decideWaitForTarget(situation);
    if (away !== undefined) return away;
  }
  const unseen = looksForDraft(world);
  if (unseen.length > 0) return { do: 'look', at: unseen };
  const draft = backupDraftOf(operation, { attempt: 1, ...status.work, backup: name }, world, rules);
  if (draft instanceof SoteriaError) return { do: 'record', status: refuse(status, 'Failed', draft, now) };
  const message = `snapshot ${name} is ready; asking Longhorn to back it up`;
  const intended = advance(status, { step: 'upload', progress: 30, message, work: { backup: name } }, now);
  // To ask once more is no move: a refusal that stays ends with the stall limit.
  const { movedAt } = isAgain ? status : intended;
  return { do: 'record', status: { ...intended, ...(movedAt === undefined ? {} : { movedAt }) } };
}

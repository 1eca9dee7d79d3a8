/** Longhorn's webhook has refused to make something: for good, unless it is a state of the installation that comes and goes. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import { stateThatRefuses } from '@soteria/shared/longhorn/refusals.ts';
import { refuse, statusOf, waiting } from '@soteria/shared/operation/record/status.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Action } from './action.ts';
import type { Situation } from './situation.ts';
import { limits } from './limits.ts';
import { whyTargetNot } from './why-not-backable.ts';

/** Undefined when the target, which was looked at, is there. */
export function decideWaitForTarget(situation: Situation): Action | undefined {
  const { operation, world } = situation;
  const status = statusOf(operation);
  if (world.target === undefined) return undefined;
  const away = whyTargetNot(claimRefOf(operation), status.work?.backupTarget ?? 'default', world.target);
  if (away === undefined) return undefined;
  const waitingFor = `waits until the target is back: ${away.explanation.why}`;
  const late = limits.decideDeadline(situation, waitingFor);
  if (late !== undefined) return late;
  const next = waiting(status, waitingFor);
  return next.message === status.message ? { do: 'wait' } : { do: 'record', status: next };
}

/** Of the installation: tried again with each wake-up, and reported meanwhile, until it has lasted too long. */
function decideTryAgain(situation: Situation, refusal: SoteriaError, state: string): Action {
  const status = statusOf(situation.operation);
  const waitingFor = `Longhorn refuses it for now, ${state}: ${refusal.explanation.why}`;
  const late = limits.decideDeadline(situation, waitingFor);
  if (late !== undefined) return late;
  const next = waiting(status, waitingFor);
  return next.message === status.message ? { do: 'wait' } : { do: 'record', status: next };
}

export function decideRefusal(situation: Situation, refusal: SoteriaError): Action {
  const { operation, world, now } = situation;
  const failed: Action = { do: 'record', status: refuse(statusOf(operation), 'Failed', refusal, now) };
  if (refusal.code !== 'cluster_refused') return failed;
  if (world.target === undefined) return { do: 'look', at: 'target' };
  const away = decideWaitForTarget(situation);
  if (away !== undefined) return away;
  const state = stateThatRefuses(refusal);
  return state === undefined ? failed : decideTryAgain(situation, refusal, state);
}

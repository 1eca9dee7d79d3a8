/** Longhorn's webhook has refused to make something: for good, unless it is the target that comes and goes. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import { refuse, statusOf, waiting } from '@soteria/shared/operation/status.ts';
import { claimRefOf } from '@soteria/shared/operation/claim-ref.ts';
import type { Action } from './action.ts';
import type { Situation } from './decide.ts';
import { decideDeadline } from './decide-deadline.ts';
import { whyTargetNot } from './why-not-backable.ts';

export function decideRefusal(situation: Situation, refusal: SoteriaError): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  if (refusal.code !== 'cluster_refused') return { do: 'record', status: refuse(status, 'Failed', refusal, now) };
  if (world.target === undefined) return { do: 'look', at: 'target' };
  const away = whyTargetNot(claimRefOf(operation), status.work?.backupTarget ?? 'default', world.target);
  if (away === undefined) return { do: 'record', status: refuse(status, 'Failed', refusal, now) };
  const waitingFor = `waits until the target is back: ${away.explanation.why}`;
  const late = decideDeadline(situation, waitingFor);
  if (late !== undefined) return late;
  const next = waiting(status, waitingFor);
  return next.message === status.message ? { do: 'wait' } : { do: 'record', status: next };
}

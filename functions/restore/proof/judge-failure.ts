/**
 * A restore test that ends before its claim could be looked at. Refuted is the point only if Longhorn has tried to bring it back as often
 * as it may, with its target at hand, and says that the backup is damaged; all else says something about the cluster, not about the
 * point: a node that restarts fails two attempts in a minute. Pure.
 */
import { hasFailed } from '@soteria/shared/longhorn/port-restore.ts';
import { shorten, statusOf } from '@soteria/shared/operation/record/status.ts';
import type { Action } from '../longhorn/action.ts';
import type { Situation } from '../longhorn/situation.ts';
import { saysDamaged } from './damage-in-words.ts';

/** The failure with a verdict in it, or what must be looked at first. Other actions stay as they are. */
export function withVerdict(situation: Situation, action: Action): Action {
  const { operation, world, rules, now } = situation;
  if (operation.spec.kind !== 'RestoreTest' || action.do !== 'record') return action;
  const { phase, result, error, work, startedAt } = action.status;
  if (phase !== 'Failed' || result !== undefined || work?.volume === undefined) return action;

  const volume = world.volume?.seen;
  const hasNotComeBack =
    statusOf(operation).work?.claimMade === true &&
    volume !== undefined &&
    hasFailed(volume) &&
    work.attempt >= rules.maxAttempts;
  if (hasNotComeBack && world.target === undefined) return { do: 'look', at: 'target' };
  if (hasNotComeBack && world.restoreErrors === undefined) return { do: 'look', at: 'restoreErrors' };
  const isAtHand = world.target?.seen?.isAvailable === true;
  const isRefuted = hasNotComeBack && isAtHand && saysDamaged(world.restoreErrors?.seen ?? []);
  const proof = {
    outcome: isRefuted ? ('refuted' as const) : ('inconclusive' as const),
    why: shorten(error?.why ?? 'it did not come to a restored claim', 256),
    verifyMs: 0,
    totalMs: Math.max(0, now.getTime() - Date.parse(startedAt ?? now.toISOString())),
  };
  const { restorePoint, dataAsOf, backup } = work;
  const known = Object.entries({ restorePoint, dataAsOf, backup }).filter(([, value]) => value !== undefined);
  return { do: 'record', status: { ...action.status, result: { ...Object.fromEntries(known), proof } } };
}

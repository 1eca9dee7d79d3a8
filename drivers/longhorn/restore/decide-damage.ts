/**
 * Whether a restore has failed because its point is damaged: only if Longhorn has tried to bring it back as often as it may, with its target
 * at hand, and says that the backup is damaged. All else says something about the cluster, not about the point: a node that restarts
 * fails two attempts in a minute. Pure.
 */
import { hasFailed } from '@soteria/shared/longhorn/port-restore.ts';
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import { saysDamaged } from './damage-in-words.ts';
import type { Situation } from './situation.ts';
import type { Place } from './world.ts';

/** Or what must be looked at first to know it. */
export function decideDamage({ operation, world, rules }: Situation): boolean | Place {
  const { work } = statusOf(operation);
  const volume = world.volume?.seen;
  const hasNotComeBack =
    work?.claimMade === true && volume !== undefined && hasFailed(volume) && work.attempt >= rules.maxAttempts;
  if (!hasNotComeBack) return false;
  if (world.target === undefined) return 'target';
  if (world.restoreErrors === undefined) return 'restoreErrors';
  return world.target.seen?.isAvailable === true && saysDamaged(world.restoreErrors.seen ?? []);
}

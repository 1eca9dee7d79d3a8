/** Terminal: tell it, remember it, take the watch label off what stays, free the slot, then rest. Pure. */
import { statusOf } from '@soteria/shared/operation/record/status.ts';
import type { PruneAction, PruneFact, PruneSituation } from './world.ts';

const factOfPhase: Readonly<Record<string, PruneFact>> = {
  Succeeded: 'completed',
  Failed: 'failed',
  Cancelled: 'failed',
  Skipped: 'skipped',
};

export function decideEnding({ operation, world }: PruneSituation): PruneAction {
  const status = statusOf(operation);
  const { policy = '' } = operation.spec.request;
  const fact = factOfPhase[status.phase];
  if (fact !== undefined && status.announced?.includes(fact) !== true) return { do: 'announce', fact };
  const hasPruned = status.phase === 'Succeeded' && (status.work?.gone ?? []).length > 0;
  if (hasPruned && world.policy === undefined) return { do: 'look', at: 'policy' };
  // A policy that is deleted is forgotten: one that gets its id later waits for a yes of its own.
  if (hasPruned && world.policy?.seen !== undefined && world.isNoted !== true) return { do: 'note-pruned', policy };
  const staying = status.work?.backup;
  if (staying !== undefined && world.facts === undefined) return { do: 'look', at: 'facts' };
  const point = world.facts?.seen?.points.find(({ facts }) => facts.name === staying);
  if (point?.isWatched === true && !point.isDeleting) return { do: 'unwatch-point', point };
  if (world.hasLeftSlot !== true) return { do: 'leave-slot' };
  return { do: 'record', status: { ...status, settled: true } };
}

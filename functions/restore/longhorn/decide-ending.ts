/** Terminal: announce the end, remove what must not stay (invariant 3), release the backup and the slot, then rest. */
import { temporaryLabel } from '@soteria/shared/operation/record/marks.ts';
import type { OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { shorten, statusOf } from '@soteria/shared/operation/record/status.ts';
import { judgementOf } from '../proof/judgement-of.ts';
import { isOurs, isOursAndTemporary } from './about-operation.ts';
import type { Action, RestoreFactName } from './action.ts';
import type { Situation } from './situation.ts';
import { releaseBackup } from './release-backup.ts';

const factOfPhase: Readonly<Record<string, RestoreFactName>> = {
  Succeeded: 'completed',
  Failed: 'failed',
  Cancelled: 'failed',
  Skipped: 'skipped',
};

/** The Jobs first, then the claim: while it is there, its persistent volume and volume are in use. */
function removeWhatWasMade({ operation, world }: Situation, { work }: OperationStatus): Action | undefined {
  if (work?.volume === undefined) return undefined;
  if (work.isProving === true) {
    const hasCommand = operation.spec.request.verify?.command !== undefined;
    for (const as of hasCommand ? (['command', 'proof'] as const) : (['proof'] as const)) {
      if (world[as] === undefined) return { do: 'look', at: as };
      const job = world[as].seen;
      const isTemporary = job?.labels[temporaryLabel] !== undefined && isOurs(operation, job.labels);
      if (job !== undefined && isTemporary && !job.isDeleting) return { do: 'delete-job', job, as };
    }
  }
  if (world.claim === undefined) return { do: 'look', at: 'claim' };
  const claim = world.claim.seen?.metadata;
  if (claim !== undefined && isOursAndTemporary(operation, claim)) return { do: 'delete-claim', claim };
  if (world.persistentVolume === undefined) return { do: 'look', at: 'persistentVolume' };
  const persistentVolume = world.persistentVolume.seen?.metadata;
  if (persistentVolume !== undefined && isOursAndTemporary(operation, persistentVolume)) {
    return { do: 'delete-persistent-volume', persistentVolume };
  }
  if (world.volume === undefined) return { do: 'look', at: 'volume' };
  const volume = world.volume.seen;
  const isTemporary = volume?.marks[temporaryLabel] !== undefined && isOurs(operation, volume.marks);
  if (volume === undefined || !isTemporary || volume.isDeleting) return undefined;
  // Linked clones stand on it: it stays, and is no longer ours to remove.
  return world.keptVolume === undefined ? { do: 'delete-volume', volume } : { do: 'keep-volume', volume };
}

export function decideEnding(situation: Situation): Action {
  const status = statusOf(situation.operation);
  const fact = factOfPhase[status.phase];
  if (fact !== undefined && status.announced?.includes(fact) !== true) return { do: 'announce', fact };
  const judged = situation.world.isProofKept === true ? undefined : judgementOf(situation.operation);
  if (judged !== undefined) return { do: 'keep-proof', judged };
  const isKept = status.phase === 'Succeeded' && situation.operation.spec.kind !== 'RestoreTest';
  const removal = isKept ? undefined : removeWhatWasMade(situation, status);
  const next = removal ?? releaseBackup(situation, status.work);
  if (next !== undefined) return next;
  const neverBegan = situation.operation.spec.kind === 'RestoreTest' && status.work?.volume === undefined;
  if (neverBegan && situation.world.hasLeftBudget !== true) return { do: 'leave-budget' };
  // Last: the next operation in the slot finds everything as this operation leaves it.
  if (situation.world.hasLeftSlot !== true) return { do: 'leave-slot' };
  const { keptVolume } = situation.world;
  const stays = keptVolume === undefined ? '' : `; volume ${status.work?.volume ?? ''} stays: ${keptVolume}`;
  return { do: 'record', status: { ...status, message: shorten(status.message + stays), settled: true } };
}

/**
 * The volume is made: its claim is made at once, so that nobody takes the name meanwhile, and then the persistent volume, for this very
 * claim by its uid: one that somebody else makes under the same name is never bound to the restored data, nor deleted with it.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { OperationWork } from '@soteria/shared/operation/schema.ts';
import { advance, refuse, statusOf } from '@soteria/shared/operation/status.ts';
import { shapeClaim } from '../core/shape-claim.ts';
import { isOurs, refusedBecause } from './about-operation.ts';
import type { Action } from './action.ts';
import { claimDraft, persistentVolumeDraft } from './claim-objects.ts';
import { waitFor } from './deadline.ts';
import type { Situation } from './decide.ts';

function failed(situation: Situation, error: SoteriaError): Action {
  const { operation, now } = situation;
  return { do: 'record', status: refuse(statusOf(operation), 'Failed', error, now) };
}

/** What is under the next name already: ours, then that is recorded, or somebody else's. */
function decideMade(situation: Situation, work: OperationWork): Action | undefined {
  const { operation, world, now } = situation;
  const isClaimDone = work.claimMade === true;
  const made = isClaimDone ? world.persistentVolume?.seen : world.claim?.seen;
  if (made === undefined) return undefined;
  const title = isClaimDone
    ? `persistent volume ${work.volume ?? ''}`
    : `claim ${work.claimNamespace ?? ''}/${work.claim ?? ''}`;
  if (!isOurs(operation, made.metadata.labels)) {
    return failed(situation, refusedBecause.targetTaken(operation, `${title} exists and was not made for it`));
  }
  const step = { step: 'claim', progress: isClaimDone ? 25 : 20, message: `${title} is made` };
  const done = isClaimDone ? { persistentVolumeMade: true } : { claimMade: true };
  return { do: 'record', status: advance(statusOf(operation), { ...step, work: done }, now) };
}

export function decideClaim(situation: Situation, work: OperationWork): Action {
  const { operation, world } = situation;
  if (world.refusal !== undefined) return failed(situation, world.refusal);
  const made = decideMade(situation, work);
  if (made !== undefined) return made;

  if (world.volume === undefined) return { do: 'look', at: 'volume' };
  const volume = world.volume.seen;
  if (volume === undefined || !isOurs(operation, volume.marks)) {
    const why = `volume ${work.volume ?? ''} disappeared while it was being restored`;
    const fix = 'check who deletes volumes in Longhorn, then ask for a new restore';
    return failed(situation, refusedBecause.failed(operation, why, fix));
  }
  if (world.backup === undefined) return { do: 'look', at: 'backup' };
  const backup = world.backup.seen;
  if (backup === undefined) return waitFor(situation, `backup ${work.backup ?? ''} is not listed by Longhorn now`);
  const shape = shapeClaim(backup, operation.spec.request);
  if (shape instanceof SoteriaError) return failed(situation, shape);
  if (work.claimMade !== true) return { do: 'create-claim', draft: claimDraft(operation, shape, volume) };

  if (world.claim === undefined) return { do: 'look', at: 'claim' };
  const claim = world.claim.seen;
  if (claim === undefined || !isOurs(operation, claim.metadata.labels)) {
    const why = `claim ${work.claimNamespace ?? ''}/${work.claim ?? ''} was deleted by somebody`;
    return failed(situation, refusedBecause.failed(operation, why, 'ask for a new restore'));
  }
  const { uid } = claim.metadata;
  return { do: 'create-persistent-volume', draft: persistentVolumeDraft(operation, shape, volume, uid) };
}

/**
 * The volume is made: its claim is made at once, so that nobody takes the name meanwhile, and then the persistent volume, for this very
 * claim by its uid: one that somebody else makes under the same name is never bound to the restored data, nor deleted with it. That all
 * three are there is one record: until then each of them is found by its name, if this process dies.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { OperationWork } from '@soteria/shared/operation/record/schema.ts';
import { advance, refuse, statusOf } from '@soteria/shared/operation/record/status.ts';
import { type LonghornShape, shapeClaim } from './shape-claim.ts';
import { isOurs, refusedBecause } from '../../restore/about-operation.ts';
import type { Action } from './action.ts';
import { claimDraft, persistentVolumeDraft } from './claim-objects.ts';
import { waitFor } from '../../restore/deadline.ts';
import type { Situation } from './situation.ts';
import type { World } from './world.ts';

type Volume = NonNullable<NonNullable<World['volume']>['seen']>;

function failed(situation: Situation, error: SoteriaError): Action {
  const { operation, now } = situation;
  return { do: 'record', status: refuse(statusOf(operation), 'Failed', error, now) };
}

/** As the backup tells it, or what to do first. */
function shapeOf(situation: Situation, work: OperationWork): LonghornShape | Action {
  const { operation, world } = situation;
  if (world.backup === undefined) return { do: 'look', at: 'backup' };
  const backup = world.backup.seen;
  if (backup === undefined) return waitFor(situation, `backup ${work.backup ?? ''} is not listed by Longhorn now`);
  const shape = shapeClaim(backup, operation.spec.request);
  return shape instanceof SoteriaError ? failed(situation, shape) : shape;
}

/** Undefined once the claim is there, and ours. */
function makeClaim(situation: Situation, work: OperationWork, volume: Volume): Action | undefined {
  const { operation, world } = situation;
  const title = `claim ${work.claimNamespace ?? ''}/${work.claim ?? ''}`;
  const isMade = work.claimMade === true;
  if (isMade && world.claim === undefined) return { do: 'look', at: 'claim' };
  const claim = world.claim?.seen;
  if (claim !== undefined && isOurs(operation, claim.metadata.labels)) return undefined;
  if (isMade) {
    return failed(
      situation,
      refusedBecause.failed(operation, `${title} was deleted by somebody`, 'ask for a new restore'),
    );
  }
  if (claim !== undefined) {
    return failed(situation, refusedBecause.targetTaken(operation, `${title} exists and was not made for it`));
  }
  const shape = shapeOf(situation, work);
  return 'do' in shape ? shape : { do: 'create-claim', draft: claimDraft(operation, shape, volume) };
}

/** Undefined once the persistent volume is there, and ours. */
function makePersistentVolume(situation: Situation, work: OperationWork, volume: Volume): Action | undefined {
  const { operation, world } = situation;
  const made = world.persistentVolume?.seen;
  if (made !== undefined) {
    const taken = `persistent volume ${volume.name} exists and was not made for it`;
    return isOurs(operation, made.metadata.labels)
      ? undefined
      : failed(situation, refusedBecause.targetTaken(operation, taken));
  }
  const shape = shapeOf(situation, work);
  if ('do' in shape) return shape;
  const uid = world.claim?.seen?.metadata.uid ?? '';
  return { do: 'create-persistent-volume', draft: persistentVolumeDraft(operation, shape, volume, uid) };
}

export function decideClaim(situation: Situation, work: OperationWork): Action {
  const { operation, world, now } = situation;
  const volume = world.volume?.seen;
  if (volume === undefined) return { do: 'look', at: 'volume' };
  const isMade = work.claimMade === true && work.persistentVolumeMade === true;
  const next = isMade
    ? undefined
    : (makeClaim(situation, work, volume) ?? makePersistentVolume(situation, work, volume));
  if (next !== undefined) return next;
  const message = `Longhorn is restoring volume ${volume.name}`;
  const made = { volumeMade: true, claimMade: true, persistentVolumeMade: true, volume: volume.name };
  return {
    do: 'record',
    status: advance(statusOf(operation), { step: 'restore', progress: 30, message, work: made }, now),
  };
}

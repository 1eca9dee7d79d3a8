/** The volume is made: its persistent volume and its claim are made at once, so that nobody takes the name meanwhile. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { OperationWork } from '@soteria/shared/operation/schema.ts';
import { advance, refuse, statusOf } from '@soteria/shared/operation/status.ts';
import { shapeClaim } from '../core/shape-claim.ts';
import { isOurs, refusedBecause } from './about-operation.ts';
import type { Action } from './action.ts';
import { claimDraft, persistentVolumeDraft } from './claim-objects.ts';
import { waitFor } from './deadline.ts';
import type { Situation } from './decide.ts';

export function decideClaim(situation: Situation, work: OperationWork): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const fail = (error: SoteriaError): Action => ({ do: 'record', status: refuse(status, 'Failed', error, now) });
  if (world.refusal !== undefined) return fail(world.refusal);

  const isVolumeDone = work.persistentVolumeMade === true;
  const made = isVolumeDone ? world.claim?.seen : world.persistentVolume?.seen;
  const title = isVolumeDone
    ? `claim ${work.claimNamespace ?? ''}/${work.claim ?? ''}`
    : `persistent volume ${work.volume ?? ''}`;
  if (made !== undefined) {
    if (!isOurs(operation, made.metadata.labels)) {
      return fail(refusedBecause.targetTaken(operation, `${title} exists and was not made for it`));
    }
    const step = { step: 'claim', progress: isVolumeDone ? 25 : 20, message: `${title} is made` };
    const done = isVolumeDone ? { claimMade: true } : { persistentVolumeMade: true };
    return { do: 'record', status: advance(status, { ...step, work: done }, now) };
  }

  if (world.volume === undefined) return { do: 'look', at: 'volume' };
  const volume = world.volume.seen;
  if (volume === undefined) {
    const lost = refusedBecause.failed(
      operation,
      `volume ${work.volume ?? ''} disappeared while it was being restored`,
      'check who deletes volumes in Longhorn, then ask for a new restore',
    );
    return fail(lost);
  }
  if (world.backup === undefined) return { do: 'look', at: 'backup' };
  const backup = world.backup.seen;
  if (backup === undefined) return waitFor(situation, `backup ${work.backup ?? ''} is not listed by Longhorn now`);
  const shape = shapeClaim(backup, operation.spec.request);
  if (shape instanceof SoteriaError) return fail(shape);
  return isVolumeDone
    ? { do: 'create-claim', draft: claimDraft(operation, shape, volume) }
    : { do: 'create-persistent-volume', draft: persistentVolumeDraft(operation, shape, volume) };
}

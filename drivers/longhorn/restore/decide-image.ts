/** The image that the source's volume stands on: it is there and whole, or it is made from its backup first, or nothing can be restored. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { stateThatRefuses } from '@soteria/shared/longhorn/refusals.ts';
import { refuse, statusOf, waiting } from '@soteria/shared/operation/record/status.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { shapeOfChosen } from './decide-sources.ts';
import { notRestored } from '../../restore/about-operation.ts';
import type { Action } from './action.ts';
import type { Situation } from './situation.ts';
import type { World } from './world.ts';

export function whyImageNot(operation: Operation, world: World): SoteriaError | undefined {
  const backingImage = shapeOfChosen(operation, world)?.volume.backingImage;
  if (backingImage === undefined || world.backingImage === undefined) return undefined;
  const what = notRestored(operation);
  const { failedBecause } = world.backingImage.seen ?? {};
  if (failedBecause !== undefined) {
    const why = `its volume stands on backing image ${backingImage}, of which Longhorn has no whole copy: ${failedBecause}`;
    const fix = `remove backing image ${backingImage} in Longhorn, and ask again: it is then made from its backup`;
    return new SoteriaError('restore_point_not_usable', { what, why, fix });
  }
  if (world.backingImage.seen !== undefined || world.imageBackup?.seen !== undefined) return undefined;
  const why = `its volume stands on backing image ${backingImage}, which Longhorn does not have, nor a backup of it on that target`;
  const fix = `make it under the same name (Longhorn: Backing Image), from what it was made of, or restore it from a backup elsewhere`;
  return new SoteriaError('restore_point_not_usable', { what, why, fix });
}

/** Undefined when there is nothing to wait for. Pending, without a slot, as nothing is in use yet. */
export function decideImage({ operation, world, rules, now }: Situation): Action | undefined {
  if (world.backingImage === undefined || world.backingImage.seen?.isReady === true) return undefined;
  const status = statusOf(operation);
  const fail = (error: SoteriaError): Action => ({ do: 'record', status: refuse(status, 'Failed', error, now) });
  const image = world.backingImage.seen;
  const name = image?.name ?? world.imageBackup?.seen?.image ?? '';
  const message = `Longhorn makes backing image ${name} first, which the volume stands on`;
  if (!status.message.startsWith(message) || status.movedAt === undefined) {
    return { do: 'record', status: { ...waiting(status, message), movedAt: now.toISOString() } };
  }
  if (world.refusal !== undefined) {
    const isLate = now.getTime() - Date.parse(status.movedAt) >= rules.stallMs;
    if (isLate || stateThatRefuses(world.refusal) === undefined) return fail(world.refusal);
    const next = waiting(status, `${message}; it refuses that for now: ${world.refusal.explanation.why}`);
    return next.message === status.message ? { do: 'wait' } : { do: 'record', status: next };
  }
  if (image === undefined) {
    const backup = world.imageBackup?.seen;
    return backup === undefined ? { do: 'look', at: 'imageBackup' } : { do: 'create-image', backup };
  }
  if (now.getTime() - Date.parse(status.movedAt) < rules.stallMs) return { do: 'wait' };
  return fail(
    new SoteriaError('deadline_exceeded', {
      what: notRestored(operation),
      why: `backing image ${name}, on which its volume stands, has no whole copy after ${Math.round(rules.stallMs / 60_000)} minutes`,
      fix: 'look at it in Longhorn (Backing Image); when a copy of it is ready, ask again',
    }),
  );
}

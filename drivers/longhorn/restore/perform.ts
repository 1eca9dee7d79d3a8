/** Performs one action of the driver with one call, and answers what is known after it. The decisions are in `decide-…`. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import type { Known as KnownOf } from '@soteria/shared/operation/engine/advance.ts';
import { createOrFind, deleteUnlessRefused, isFinalRefusal } from '@soteria/shared/operation/record/create-or-find.ts';
import { managedLabel } from '@soteria/shared/operation/record/marks.ts';
import { temporaryMarks } from '../../restore/about-operation.ts';
import type { OwnAction } from './action.ts';
import type { Tools } from './tools.ts';
import { wakeWaiting } from './wake-waiting.ts';
import type { World } from './world.ts';

type Known = KnownOf<World>;

/** What the write leads to, or its final refusal as something known. */
async function orRefusal({ operation, world }: Known, write: () => Promise<World>): Promise<Known> {
  try {
    return { operation, world: await write() };
  } catch (error) {
    if (isFinalRefusal(error)) return { operation, world: { ...world, refusal: error } };
    throw error;
  }
}

export function without(world: World, ...keys: readonly (keyof World)[]): World {
  return Object.fromEntries(Object.entries(world).filter(([key]) => !keys.some((one) => one === key)));
}

/** Whether anything may be made from it, is decided from the backup as it is with the hold on it. */
async function hold({ restores }: Tools, { operation, world }: Known, backup: Backup, signal?: AbortSignal) {
  const rest = without(world, 'points', 'chosen', 'running');
  try {
    return { ...rest, backup: { seen: await restores.hold(backup, operation.metadata.uid, signal) } };
  } catch (error) {
    if (!(error instanceof SoteriaError && error.code === 'not_found')) throw error;
    return { ...rest, backup: { seen: undefined } };
  }
}

export async function perform(tools: Tools, known: Known, action: OwnAction, signal?: AbortSignal): Promise<Known> {
  const { operation, world } = known;
  const { restores } = tools;
  switch (action.do) {
    case 'read-target':
      await restores.requestSync(action.target, tools.now(), signal);
      // No event tells when it has been read.
      await tools.keepAwake(operation.metadata, signal);
      return { operation, world: { ...world, hasAskedToRead: true } };
    case 'create-image':
      return orRefusal(known, async () => {
        // It stays, whatever becomes of this restore: others may stand on it by then.
        await tools.images.restore(action.backup, { [managedLabel]: 'true' }, signal);
        await tools.keepAwake(operation.metadata, signal);
        return without(world, 'backingImage');
      });
    case 'hold':
      return { operation, world: await hold(tools, known, action.backup, signal) };
    case 'release':
      await restores.release(action.backup, signal);
      await wakeWaiting(tools, operation, action.backup, signal);
      return { operation, world: { ...world, backup: { seen: undefined } } };
    case 'create-volume':
      return orRefusal(known, async () => {
        const { draft } = action;
        const create = () => restores.createVolume(draft, { isDryRun: false }, signal);
        return { ...world, volume: await createOrFind(create, () => restores.getVolume(draft.name, signal)) };
      });
    case 'keep-volume': {
      const { name, uid } = action.volume;
      const seen = await restores.markVolume(name, uid, temporaryMarks, signal);
      return { operation, world: { ...world, volume: { seen } } };
    }
    case 'delete-volume': {
      const { name, uid } = action.volume;
      const refusal = await deleteUnlessRefused(() => restores.deleteVolume(name, uid, signal));
      if (refusal !== undefined) return { operation, world: { ...world, keptVolume: refusal.explanation.why } };
      // Longhorn deletes through a finalizer: whether it is gone, the next look tells.
      return { operation, world: without(world, 'volume') };
    }
  }
}

/** Does one action with one call, and answers what is now known. All judgement is in `decide.ts`. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Known as KnownOf } from '@soteria/shared/operation/engine/advance.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { createOrFind, deleteUnlessRefused, isFinalRefusal } from '@soteria/shared/operation/record/create-or-find.ts';
import { managedLabel } from '@soteria/shared/operation/record/marks.ts';
import { withAnnounced } from '@soteria/shared/operation/record/status.ts';
import { functionName, temporaryMarks } from './about-operation.ts';
import type { Action } from './action.ts';
import { lookAt } from './look-at.ts';
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

function without(world: World, ...keys: readonly (keyof World)[]): World {
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

export async function perform(tools: Tools, known: Known, action: Action, signal?: AbortSignal): Promise<Known> {
  const { operation, world } = known;
  const { restores, claims, cluster, store, slots } = tools;
  const { namespace } = claimRefOf(operation);
  switch (action.do) {
    case 'look':
      return { operation, world: await lookAt(tools, known, action.at, signal) };
    case 'label':
      return { operation: await store.label(operation, signal), world };
    case 'record':
      return {
        operation: await store.replaceStatus(operation, action.status, signal),
        world: without(world, 'refusal', 'progress'),
      };
    case 'enter-slot': {
      const { uid, name, namespace: where = '' } = operation.metadata;
      const holder = { uid, name, namespace: where, function: functionName, kind: operation.spec.kind };
      const slot = await slots.enter(holder, action.need, signal);
      if (slot.entered) await tools.keepAwake({ uid, beside: slot.beside }, signal);
      return { operation, world: { ...world, slot } };
    }
    case 'leave-slot':
      await slots.leave(operation.metadata.uid, signal);
      return { operation, world: { ...world, hasLeftSlot: true } };
    case 'read-target':
      await restores.requestSync(action.target, tools.now(), signal);
      // No event tells when it has been read.
      await tools.keepAwake(operation.metadata, signal);
      return { operation, world: { ...world, hasAskedToRead: true } };
    case 'enter-budget': {
      const budget = await tools.budget.enter(operation.metadata.uid, action.bytes, signal);
      return { operation, world: { ...world, budget } };
    }
    case 'leave-budget':
      await tools.budget.leave(operation.metadata.uid, signal);
      return { operation, world: { ...world, hasLeftBudget: true } };
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
    case 'create-persistent-volume':
      return orRefusal(known, async () => {
        const { draft } = action;
        const find = () => cluster.getPersistentVolume(draft.metadata.name ?? '', signal);
        const persistentVolume = await createOrFind(() => claims.createPersistentVolume(draft, signal), find);
        return { ...world, persistentVolume };
      });
    case 'create-claim':
      return orRefusal(known, async () => {
        const { draft } = action;
        const find = () => cluster.getClaim(namespace, draft.metadata.name ?? '', signal);
        return { ...world, claim: await createOrFind(() => claims.createClaim(draft, signal), find) };
      });
    case 'grow-claim':
      return orRefusal(known, async () => {
        const seen = await claims.growClaim({ namespace, ...action.claim }, action.size, signal);
        return { ...world, claim: { seen } };
      });
    case 'keep-claim':
      try {
        const seen = await claims.markClaim({ namespace, ...action.claim }, temporaryMarks, signal);
        return { operation, world: { ...world, claim: { seen } } };
      } catch (error) {
        if (!(error instanceof SoteriaError && error.code === 'not_found')) throw error;
        return { operation, world: { ...world, claim: { seen: undefined } } };
      }
    case 'keep-persistent-volume': {
      const { name, uid } = action.persistentVolume;
      const seen = await claims.markPersistentVolume(name, uid, temporaryMarks, signal);
      return { operation, world: { ...world, persistentVolume: { seen } } };
    }
    case 'keep-volume': {
      const { name, uid } = action.volume;
      const seen = await restores.markVolume(name, uid, temporaryMarks, signal);
      return { operation, world: { ...world, volume: { seen } } };
    }
    case 'create-job':
      return orRefusal(known, async () => {
        const { draft } = action;
        const find = () => tools.proofs.get(namespace, draft.metadata.name ?? '', signal);
        return { ...world, [action.as]: await createOrFind(() => tools.proofs.create(draft, signal), find) };
      });
    case 'delete-job':
      await tools.proofs.delete(namespace, action.job.name, action.job.uid, signal);
      return { operation, world: { ...world, [action.as]: { seen: undefined } } };
    case 'keep-proof':
      await tools.verified.keep(action.judged, signal);
      return { operation, world: { ...world, isProofKept: true } };
    case 'delete-claim':
      await claims.deleteClaim({ namespace, name: action.claim.name, uid: action.claim.uid }, signal);
      return { operation, world: { ...world, claim: { seen: undefined } } };
    case 'delete-persistent-volume':
      await claims.deletePersistentVolume(action.persistentVolume.name, action.persistentVolume.uid, signal);
      return { operation, world: { ...world, persistentVolume: { seen: undefined } } };
    case 'delete-volume': {
      const { name, uid } = action.volume;
      const refusal = await deleteUnlessRefused(() => restores.deleteVolume(name, uid, signal));
      if (refusal !== undefined) return { operation, world: { ...world, keptVolume: refusal.explanation.why } };
      // Longhorn deletes through a finalizer: whether it is gone, the next look tells.
      return { operation, world: without(world, 'volume') };
    }
    case 'announce':
      await tools.announce(operation, action.fact, signal);
      return { operation: withAnnounced(operation, action.fact), world };
    case 'wait':
    case 'rest':
      return known;
  }
}

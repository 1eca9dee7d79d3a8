/** Performs one action with one call, and answers what is known after it. The decisions are in `decide-…`. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { AnyAction, Known as KnownOf } from '@soteria/shared/operation/engine/advance.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { createOrFind, isFinalRefusal } from '@soteria/shared/operation/record/create-or-find.ts';
import { withAnnounced } from '@soteria/shared/operation/record/status.ts';
import { functionName, temporaryMarks } from '../../../drivers/restore/about-operation.ts';
import { isStep } from '../../../drivers/restore/action.ts';
import type { RestoreDriver } from '../../../drivers/restore/driver.ts';
import type { RestoreWorld } from '../../../drivers/restore/world.ts';
import { lookAt } from './look-at.ts';
import type { Tools } from './tools.ts';

type Known = KnownOf<RestoreWorld>;

/** What the write leads to, or its final refusal as something known. */
async function orRefusal({ operation, world }: Known, write: () => Promise<RestoreWorld>): Promise<Known> {
  try {
    return { operation, world: await write() };
  } catch (error) {
    if (isFinalRefusal(error)) return { operation, world: { ...world, refusal: error } };
    throw error;
  }
}

function withoutRefusal({ refusal: _refusal, ...rest }: RestoreWorld): RestoreWorld {
  return rest;
}

export async function perform(
  tools: Tools,
  driver: RestoreDriver,
  known: Known,
  action: AnyAction,
  signal?: AbortSignal,
): Promise<Known> {
  if (!isStep(action)) return driver.perform(known, action, signal);
  const { operation, world } = known;
  const { claims, cluster, store, slots } = tools;
  const { namespace } = claimRefOf(operation);
  switch (action.do) {
    case 'look':
      return { operation, world: await lookAt(tools, driver, known, action.at, signal) };
    case 'label':
      return { operation: await store.label(operation, signal), world };
    case 'record':
      return {
        operation: await store.replaceStatus(operation, action.status, signal),
        world: driver.afterRecord(withoutRefusal(world)),
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
    case 'enter-budget': {
      const budget = await tools.budget.enter(operation.metadata.uid, action.bytes, signal);
      return { operation, world: { ...world, budget } };
    }
    case 'leave-budget':
      await tools.budget.leave(operation.metadata.uid, signal);
      return { operation, world: { ...world, hasLeftBudget: true } };
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
    case 'announce':
      await tools.announce(operation, action.fact, signal);
      return { operation: withAnnounced(operation, action.fact), world };
    case 'wait':
    case 'rest':
      return known;
  }
}

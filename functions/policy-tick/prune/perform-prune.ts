/** Does one action with one call, and answers what is now known. All judgement is in `decide-prune.ts`. */
import type { AdvanceCall, Known } from '@soteria/shared/operation/engine/advance.ts';
import { slotHolderOf } from '@soteria/shared/operation/queue/slots.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/record/schema.ts';
import { withAnnounced } from '@soteria/shared/operation/record/status.ts';
import { lookAtPrune } from './look-at-prune.ts';
import type { StoredPoint } from './prunable-points.ts';
import type { PruneTools } from './tools.ts';
import type { PruneAction, PruneFacts, PruneWorld } from './world.ts';

export interface PerformTools extends PruneTools {
  /** The slot is free while this Prune still runs: who waits for it begins. */
  readonly startNext: (operation: Operation, call: AdvanceCall) => Promise<void>;
}

function replaced(facts: PruneFacts, point: StoredPoint): PruneFacts {
  return { ...facts, points: facts.points.map((one) => (one.facts.name === point.facts.name ? point : one)) };
}

export async function performPrune(
  tools: PerformTools,
  known: Known<PruneWorld>,
  action: PruneAction,
  call: AdvanceCall,
): Promise<Known<PruneWorld>> {
  const { operation, world } = known;
  const { store, slots, points } = tools;
  const { signal } = call;
  switch (action.do) {
    case 'look':
      return { operation, world: await lookAtPrune(tools, known, action.at, signal) };
    case 'label':
      return { operation: await store.label(operation, signal), world };
    case 'record':
      return { operation: await store.replaceStatus(operation, action.status, signal), world };
    case 'enter-slot':
      return {
        operation,
        world: { ...world, slot: await slots.enter(slotHolderOf(operation, 'policy-tick'), action.need, signal) },
      };
    case 'leave-slot':
      await slots.leave(operation.metadata.uid, signal);
      if (!isTerminal(operation.status?.phase)) await tools.startNext(operation, call);
      return { operation, world: { ...world, hasLeftSlot: true } };
    case 'keep-awake': {
      const beside = world.slot?.entered === true ? world.slot.beside : undefined;
      await tools.keepAwake({ uid: operation.metadata.uid, beside }, signal);
      return { operation, world: { ...world, isKeptAwake: true } };
    }
    case 'watch-point': {
      // Its labels are decided about as they are then: somebody may have put a hold on it meanwhile.
      const point = await points.watch(action.point, signal);
      const facts = world.facts?.seen;
      return { operation, world: facts === undefined ? world : { ...world, facts: { seen: replaced(facts, point) } } };
    }
    case 'unwatch-point': {
      await points.unwatch(action.point, signal);
      const facts = world.facts?.seen;
      const point = { ...action.point, isWatched: false };
      return { operation, world: facts === undefined ? world : { ...world, facts: { seen: replaced(facts, point) } } };
    }
    case 'delete-point':
      await points.delete(action.point, signal);
      return { operation, world: { hasDeleted: true } };
    case 'request-reading':
      await points.requestReading(action.target, signal);
      return { operation, world: { ...world, hasRequested: true } };
    case 'note-pruned':
      await tools.memory.notePruned(action.policy, signal);
      return { operation, world: { ...world, isNoted: true } };
    case 'announce':
      await tools.announce(operation, action.fact, signal);
      return { operation: withAnnounced(operation, action.fact), world };
    case 'wait':
    case 'rest':
      return known;
  }
}

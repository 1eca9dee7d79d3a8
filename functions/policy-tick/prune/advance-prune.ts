/** Moves one Operation of kind Prune; the loop is `shared/operation/engine/advance.ts`, the judgement `decide-prune.ts`. */
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import type { AdvanceCall, Beginning, Mover } from '@soteria/shared/operation/engine/advance.ts';
import { advanceByKind, type Movers, toKindMover } from '@soteria/shared/operation/engine/advance-by-kind.ts';
import { holdWhilePaused } from '@soteria/shared/operation/engine/pause.ts';
import { type EndFollower, followEnd } from '@soteria/shared/operation/queue/follow-end.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { decidePrune } from './decide-prune.ts';
import { performPrune } from './perform-prune.ts';
import type { PruneTools } from './tools.ts';
import type { PruneAction, PruneWorld } from './world.ts';

export const functionName = 'policy-tick';

export interface AdvancePruneTools extends PruneTools {
  /** Left out: `decidePrune`. The simulation puts broken ones here, to show that they would be noticed. */
  readonly decide?: typeof decidePrune;
}

function moverOf(tools: AdvancePruneTools): Mover<PruneWorld, PruneAction> {
  const { store, inTurn, now, cluster, decide = decidePrune } = tools;
  const startNext = (operation: Operation, call: AdvanceCall) => followEnd(followerOf(tools), operation, call);
  return {
    functionName,
    store,
    now,
    inTurn,
    nothingSeen: {},
    decide: (known) => decide({ ...known, now: now() }),
    hold: holdWhilePaused({ store, isPaused: (signal) => cluster.isPaused(signal) }),
    perform: (known, action, call) => performPrune({ ...tools, startNext }, known, action, call),
  };
}

function followerOf(tools: AdvancePruneTools): EndFollower {
  const { store, line, slots, wakeOther } = tools;
  return {
    functionName,
    store,
    line,
    slots,
    wakeOther,
    move: (operation, call) =>
      advanceByKind(tools, { Prune: toKindMover(moverOf(tools), { operation }) }, operation.metadata, call, {
        operation,
      }),
    moveParent: () => Promise.resolve(undefined),
  };
}

/** Answers the Operation as it is at the end of this wake-up; undefined when there is none, or it is not ours to move. */
export function advancePrune(
  tools: AdvancePruneTools,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: Beginning<PruneWorld> = {},
): Promise<Operation | undefined> {
  const afterEnd = (ended: Operation) => followEnd(followerOf(tools), ended, call);
  const movers: Movers = { Prune: toKindMover({ ...moverOf(tools), afterEnd }, beginning) };
  return advanceByKind(tools, movers, ref, call, beginning);
}

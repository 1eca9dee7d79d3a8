/** Moves one Operation of kind SelfTest; the loop is `shared/operation/engine/advance.ts`, the judgement `decide-self-test.ts`. */
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import { type AdvanceCall, advanceWith, type Mover } from '@soteria/shared/operation/engine/advance.ts';
import type { OneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import { holdWhilePaused } from '@soteria/shared/operation/engine/pause.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { functionName } from '../longhorn/about-operation.ts';
import { decideSelfTest } from './decide-self-test.ts';
import { performSelfTest, type SelfTestTools } from './perform-self-test.ts';
import type { SelfTestAction, SelfTestWorld } from './world.ts';

export interface AdvanceSelfTestTools extends SelfTestTools {
  readonly inTurn: OneAtATime;
  readonly now: () => Date;
}

/** Answers the Operation as it is at the end of this wake-up; undefined when there is none, or it is not ours to move. */
export function advanceSelfTest(
  tools: AdvanceSelfTestTools,
  ref: ObjectRef,
  call: AdvanceCall,
): Promise<Operation | undefined> {
  const { store, inTurn, now, cluster } = tools;
  const mover: Mover<SelfTestWorld, SelfTestAction> = {
    functionName,
    store,
    now,
    inTurn,
    nothingSeen: {},
    // A name of a self-test over another kind, where no rule of the API server keeps them together.
    decide: (known) =>
      known.operation.spec.kind === 'SelfTest'
        ? decideSelfTest({ ...known, rules: tools.selfTest.rules, now: now() })
        : { do: 'wait' },
    hold: holdWhilePaused({ store, isPaused: (signal) => cluster.isPaused(signal) }),
    perform: (known, action, { signal }) => performSelfTest(tools, known, action, signal),
  };
  return advanceWith(mover, ref, call);
}

/** How Operations of kind SelfTest are moved; the loop is `shared/operation/engine/advance.ts`, the judgement `decide-self-test.ts`. */
import type { Mover } from '@soteria/shared/operation/engine/advance.ts';
import type { OneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import { holdWhilePaused } from '@soteria/shared/operation/engine/pause.ts';
import { functionName } from '../../../drivers/restore/about-operation.ts';
import { decideSelfTest } from './decide-self-test.ts';
import { performSelfTest, type SelfTestTools } from './perform-self-test.ts';
import type { SelfTestAction, SelfTestWorld } from './world.ts';

export interface AdvanceSelfTestTools extends SelfTestTools {
  readonly inTurn: OneAtATime;
  readonly now: () => Date;
}

export function selfTestMover(tools: AdvanceSelfTestTools): Mover<SelfTestWorld, SelfTestAction> {
  const { store, inTurn, now, cluster } = tools;
  return {
    functionName,
    store,
    now,
    inTurn,
    nothingSeen: {},
    decide: (known) => decideSelfTest({ ...known, rules: tools.selfTest.rules, now: now() }),
    hold: holdWhilePaused({ store, isPaused: (signal) => cluster.isPaused(signal) }),
    perform: (known, action, { signal }) => performSelfTest(tools, known, action, signal),
  };
}

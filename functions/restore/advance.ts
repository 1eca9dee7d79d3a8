/** Moves one Operation of this function; the loop is `shared/operation/engine/advance.ts`, the judgement `longhorn/decide.ts`. */
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import { type AdvanceCall, advanceWith, type Beginning, type Mover } from '@soteria/shared/operation/engine/advance.ts';
import {
  type EndFollower,
  followEnd,
  moveAndFill,
  type NoteMoved,
  sayingOf,
} from '@soteria/shared/operation/queue/follow-end.ts';
import { ownerOf } from '@soteria/shared/operation/record/kind-owner.ts';
import type { OneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { holdWhilePaused } from '@soteria/shared/operation/engine/pause.ts';
import type { KnownMemory } from '@soteria/shared/operation/engine/remember-known.ts';
import type { WaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import { functionName } from './longhorn/about-operation.ts';
import type { Action } from './longhorn/action.ts';
import { decideRestore } from './longhorn/decide.ts';
import { decideNamespace } from './namespace/decide-namespace.ts';
import { perform } from './longhorn/perform.ts';
import type { Tools } from './longhorn/tools.ts';
import type { Rules, World } from './longhorn/world.ts';
import { isSelfTestName } from './self-test/about-self-test.ts';
import { advanceSelfTest, type AdvanceSelfTestTools } from './self-test/advance-self-test.ts';
import type { SelfTestParts } from './self-test/perform-self-test.ts';

export interface AdvanceTools extends Omit<Tools, 'moveChild'> {
  readonly selfTest: SelfTestParts;
  readonly rules: Rules;
  readonly now: () => Date;
  readonly inTurn: OneAtATime;
  readonly line: WaitingLine;
  /** Left out: every wake-up reads the record. */
  readonly memory?: KnownMemory<World>;
}

function moverOf(given: AdvanceTools, call: AdvanceCall, noteMoved?: NoteMoved): Mover<World, Action> {
  const { store, inTurn, memory, rules, now } = given;
  const tools: Tools = {
    ...given,
    moveChild: async (operation) => {
      const moved = await moveChild(given, operation.metadata, call, { operation });
      if (moved !== undefined) noteMoved?.(moved);
      return moved;
    },
  };
  return {
    functionName,
    store,
    now,
    inTurn,
    ...(memory === undefined ? {} : { memory }),
    nothingSeen: {},
    decide: (known) => {
      const { kind } = known.operation.spec;
      // A SelfTest under the name of another kind, where no rule of the API server ties the name to the kind.
      if (kind === 'SelfTest') return { do: 'wait' };
      return kind === 'NamespaceRestore'
        ? decideNamespace({ ...known, rules, now: now() })
        : decideRestore({ ...known, rules, now: now() });
    },
    hold: holdWhilePaused({ store, isPaused: (signal) => given.cluster.isPaused(signal) }),
    perform: (known, action, { signal }) => perform(tools, known, action, signal),
  };
}

/** Answers the Operation as it is at the end of this wake-up; undefined when there is none, or it is not ours to move. */
export function advanceOperation(
  tools: AdvanceTools,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: Beginning<World> = {},
): Promise<Operation | undefined> {
  return isSelfTestName(ref.name)
    ? advanceSelfTest(selfTestTools(tools, call), ref, call)
    : advanceRestore(tools, ref, call, beginning);
}

/** The children of a self-test are moved as all others are: the Backup by the function that moves backups. */
export function selfTestTools(tools: AdvanceTools, call: AdvanceCall): AdvanceSelfTestTools {
  return {
    ...tools,
    moveChild: async (child, signal) => {
      const { namespace, name } = child.metadata;
      if (ownerOf(child) === functionName) await moveChild(tools, { namespace, name }, call);
      else await tools.wakeOther(child, sayingOf(child), signal);
    },
  };
}

function advanceRestore(
  tools: AdvanceTools,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: Beginning<World>,
): Promise<Operation | undefined> {
  const follower = followerOf(tools);
  const afterEnd = (ended: Operation) => followEnd(follower, ended, call);
  return moveAndFill(follower, call, (noteMoved) =>
    advanceWith({ ...moverOf(tools, call, noteMoved), afterEnd }, ref, call, beginning),
  );
}

function followerOf(tools: AdvanceTools): EndFollower {
  const { store, line, slots, wakeOther } = tools;
  const move = (ref: ObjectRef, call: AdvanceCall, noteMoved: NoteMoved, beginning: Beginning<World> = {}) =>
    isSelfTestName(ref.name)
      ? advanceSelfTest(selfTestTools(tools, call), ref, call)
      : advanceWith(moverOf(tools, call, noteMoved), ref, call, beginning);
  return {
    functionName,
    store,
    line,
    slots,
    wakeOther,
    move: (operation, call) => move(operation.metadata, call, () => undefined, { operation }),
    moveParent: move,
  };
}

/** A child that cannot be moved now is recorded, and the sweep moves it: it delays nobody else. */
async function moveChild(
  tools: AdvanceTools,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: Beginning<World> = {},
): Promise<Operation | undefined> {
  try {
    return await advanceWith(moverOf(tools, call), ref, call, beginning);
  } catch (error) {
    call.log.error('child_not_moved', error, { operation: ref.name });
    return undefined;
  }
}

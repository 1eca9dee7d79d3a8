/** Moves one Operation of this function; the loop is `shared/operation/advance.ts`, the judgement `longhorn/decide.ts`. */
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import { type AdvanceCall, advanceWith, type Beginning, type Mover } from '@soteria/shared/operation/advance.ts';
import { ownerOf } from '@soteria/shared/operation/kind-owner.ts';
import type { OneAtATime } from '@soteria/shared/operation/one-at-a-time.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import { holdWhilePaused } from '@soteria/shared/operation/pause.ts';
import type { KnownMemory } from '@soteria/shared/operation/remember-known.ts';
import { startNext } from '@soteria/shared/operation/start-next.ts';
import type { WaitingLine } from '@soteria/shared/operation/waiting-line.ts';
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

export interface AdvanceTools extends Omit<Tools, 'moveChild' | 'askAgain'> {
  readonly selfTest: SelfTestParts;
  readonly rules: Rules;
  readonly now: () => Date;
  readonly inTurn: OneAtATime;
  readonly line: WaitingLine;
  /** Left out: every wake-up reads the record. */
  readonly memory?: KnownMemory<World>;
  /** Asks the function that moves it to look at an Operation, in another wake-up. */
  readonly wakeOther: (operation: Operation, causationId: string, signal: AbortSignal | undefined) => Promise<void>;
}

function moverOf(given: AdvanceTools, call: AdvanceCall): Mover<World, Action> {
  const { store, inTurn, memory, rules, now } = given;
  const tools: Tools = {
    ...given,
    moveChild: (operation) => moveChild(given, operation.metadata, call, { operation }),
    askAgain: (operation, signal) => given.wakeOther(operation, operation.metadata.uid, signal),
  };
  return {
    functionName,
    store,
    inTurn,
    ...(memory === undefined ? {} : { memory }),
    nothingSeen: {},
    decide: (known) => {
      const { kind } = known.operation.spec;
      // Under a name that is not a self-test's, where no rule of the API server keeps them together.
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

/** Its children are moved as anybody's are: the Backup by the function that moves backups. */
export function selfTestTools(tools: AdvanceTools, call: AdvanceCall): AdvanceSelfTestTools {
  return {
    ...tools,
    moveChild: async (child, signal) => {
      const { namespace, name, uid } = child.metadata;
      if (ownerOf(child) === functionName) await moveChild(tools, { namespace, name }, call);
      else await tools.wakeOther(child, `${uid} ${child.spec.cancelRequested === true ? 'cancel' : 'new'}`, signal);
    },
  };
}

function advanceRestore(
  tools: AdvanceTools,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: Beginning<World>,
): Promise<Operation | undefined> {
  const mover = moverOf(tools, call);
  const starter = (ended: Operation) => ({
    functionName,
    store: tools.store,
    line: tools.line,
    slots: tools.slots,
    // Without an end of its own: what ends at once is followed by the next in this same round.
    move: (operation: Operation) =>
      isSelfTestName(operation.metadata.name)
        ? advanceOperation(tools, operation.metadata, call)
        : advanceWith(mover, operation.metadata, call, { operation }),
    wake: (operation: Operation) => tools.wakeOther(operation, ended.metadata.uid, call.signal),
  });
  const afterEnd = async (ended: Operation): Promise<void> => {
    await wakeParent(tools, ended, call);
    await startNext(starter(ended), call);
  };
  return advanceWith({ ...mover, afterEnd }, ref, call, beginning);
}

/** It is recorded and will be swept: that it could not be moved now holds up nobody else. */
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

/** Whoever ends lets the operation that made it count. */
async function wakeParent(tools: AdvanceTools, ended: Operation, call: AdvanceCall): Promise<void> {
  const { parent } = ended.spec.cause ?? {};
  if (parent === undefined) return;
  try {
    await advanceOperation(tools, { namespace: ended.metadata.namespace, name: parent }, call);
  } catch (error) {
    call.log.error('parent_not_woken', error, { operation: parent });
  }
}

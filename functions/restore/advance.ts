/** Moves one Operation of this function; the loop is `shared/operation/engine/advance.ts`, the decision `claim/decide-restore.ts`. */
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import type { AdvanceCall, AnyAction, Beginning, Mover } from '@soteria/shared/operation/engine/advance.ts';
import { advanceByKind, type Movers, toKindMover } from '@soteria/shared/operation/engine/advance-by-kind.ts';
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
import { functionName } from '../../drivers/restore/about-operation.ts';
import type { RestoreWorld, Rules } from '../../drivers/restore/world.ts';
import { decideRestore } from './claim/decide-restore.ts';
import { driverOf } from './claim/driver-of.ts';
import { namespaceMover } from './namespace/advance-namespace.ts';
import type { NamespaceSource } from './namespace/plan-namespace.ts';
import { perform } from './claim/perform.ts';
import type { Tools } from './claim/tools.ts';
import { type AdvanceSelfTestTools, selfTestMover } from './self-test/advance-self-test.ts';
import type { SelfTestParts } from './self-test/perform-self-test.ts';

export interface AdvanceTools extends Tools {
  readonly selfTest: SelfTestParts;
  readonly rules: Rules;
  readonly now: () => Date;
  readonly inTurn: OneAtATime;
  readonly line: WaitingLine;
  /** Left out: every wake-up reads the record. */
  readonly memory?: KnownMemory<RestoreWorld>;
}

function moverOf({ store, inTurn, memory, rules, now, ...tools }: AdvanceTools): Mover<RestoreWorld, AnyAction> {
  return {
    functionName,
    store,
    now,
    inTurn,
    ...(memory === undefined ? {} : { memory }),
    nothingSeen: {},
    decide: (known) => decideRestore(driverOf(tools.drivers, known.operation), { ...known, rules, now: now() }),
    hold: holdWhilePaused({ store, isPaused: (signal) => tools.cluster.isPaused(signal) }),
    perform: (known, action, { signal }) =>
      perform({ ...tools, store, rules, now }, driverOf(tools.drivers, known.operation), known, action, signal),
  };
}

/** What the caller of a wake-up knows already; `source`: of a namespace that is restored. */
export interface RestoreBeginning extends Beginning<RestoreWorld> {
  readonly source?: NamespaceSource;
}

interface MoversOptions {
  readonly noteMoved?: NoteMoved;
  readonly beginning?: RestoreBeginning;
  readonly afterEnd?: (ended: Operation) => Promise<void>;
}

function moversOf(tools: AdvanceTools, call: AdvanceCall, options: MoversOptions = {}): Movers {
  const { noteMoved, beginning = {}, afterEnd = () => Promise.resolve() } = options;
  const moveNew = async (child: Operation, source: NamespaceSource | undefined) => {
    const moved = await moveChild(tools, child.metadata, call, { operation: child, isMade: source !== undefined });
    if (moved !== undefined) noteMoved?.(moved);
    return moved;
  };
  const { operation, isMade, source = {} } = beginning;
  const restores = toKindMover({ ...moverOf(tools), afterEnd }, beginning);
  const ofNamespace = { ...namespaceMover({ ...tools, moveChild: moveNew }), afterEnd };
  return {
    Restore: restores,
    RestoreTest: restores,
    NamespaceRestore: toKindMover(ofNamespace, { operation, isMade, seen: () => ({ source }) }),
    SelfTest: toKindMover(selfTestMover(selfTestTools(tools, call))),
  };
}

/** Answers the Operation as it is at the end of this wake-up; undefined when there is none, or it is not ours to move. */
export function advanceOperation(
  tools: AdvanceTools,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: RestoreBeginning = {},
): Promise<Operation | undefined> {
  const follower = followerOf(tools);
  const afterEnd = (ended: Operation) => followEnd(follower, ended, call);
  return moveAndFill(follower, call, (noteMoved) =>
    advanceByKind(tools, moversOf(tools, call, { noteMoved, beginning, afterEnd }), ref, call, beginning),
  );
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

function followerOf(tools: AdvanceTools): EndFollower {
  const { store, line, slots, wakeOther } = tools;
  return {
    functionName,
    store,
    line,
    slots,
    wakeOther,
    move: (operation, call) =>
      advanceByKind(tools, moversOf(tools, call, { beginning: { operation } }), operation.metadata, call, {
        operation,
      }),
    moveParent: (ref, call, noteMoved) => advanceByKind(tools, moversOf(tools, call, { noteMoved }), ref, call),
  };
}

/** A child that cannot be moved now is recorded, and the sweep moves it: it delays nobody else. */
async function moveChild(
  tools: AdvanceTools,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: Beginning<RestoreWorld> = {},
): Promise<Operation | undefined> {
  try {
    return await advanceByKind(tools, moversOf(tools, call, { beginning }), ref, call, beginning);
  } catch (error) {
    call.log.error('child_not_moved', error, { operation: ref.name });
    return undefined;
  }
}

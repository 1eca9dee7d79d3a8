/** Moves one Operation of this function; the loop is `shared/operation/advance.ts`, the judgement `longhorn/decide.ts`. */
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import {
  type AdvanceCall,
  advanceWith,
  type Beginning,
  type Known,
  type Mover,
} from '@soteria/shared/operation/advance.ts';
import { ownerOf } from '@soteria/shared/operation/kind-owner.ts';
import type { OneAtATime } from '@soteria/shared/operation/one-at-a-time.ts';
import type { KnownMemory } from '@soteria/shared/operation/remember-known.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/schema.ts';
import { type NextStarter, startNext } from '@soteria/shared/operation/start-next.ts';
import type { WaitingLine } from '@soteria/shared/operation/waiting-line.ts';
import type { Action } from './longhorn/action.ts';
import { decideBackup } from './longhorn/decide.ts';
import { perform } from './longhorn/perform.ts';
import type { Tools } from './longhorn/tools.ts';
import type { Rules, World } from './longhorn/world.ts';
import {
  advanceNamespace,
  type AdvanceNamespaceTools,
  namespaceKind,
  mayBeOfNamespace,
} from './namespace/advance-namespace.ts';

export interface AdvanceTools extends Tools {
  readonly rules: Rules;
  readonly now: () => Date;
  readonly inTurn: OneAtATime;
  readonly memory: KnownMemory<World>;
  readonly line: WaitingLine;
  /** Left out: `decideBackup`. The simulation puts broken ones here, to show that they would be noticed. */
  readonly decide?: typeof decideBackup;
  /** Asks the function that moves it to look at an Operation of another function. */
  readonly wakeOther: (operation: Operation, causationId: string, signal: AbortSignal | undefined) => Promise<void>;
}

/** Of the claim as it was when its snapshot was taken: what the backup's catalogue is made of. */
function lasting({ operation, world }: Known<World>): World {
  if (operation.status?.work?.backup !== undefined) return {};
  const { claim, persistentVolume, volume } = world;
  return {
    ...(claim === undefined ? {} : { claim }),
    ...(persistentVolume === undefined ? {} : { persistentVolume }),
    ...(volume === undefined ? {} : { volume }),
  };
}

function moverOf(tools: AdvanceTools): Mover<World, Action> {
  const { store, inTurn, memory, rules, now, decide = decideBackup } = tools;
  return {
    functionName: 'backup',
    store,
    inTurn,
    memory,
    lasting,
    nothingSeen: {},
    decide: (known) =>
      known.operation.spec.kind === 'Backup' ? decide({ ...known, rules, now: now() }) : { do: 'wait' },
    perform: (known, action, { signal }) => perform(tools, known, action, signal),
  };
}

/** Answers the Operation as it is at the end of this wake-up; undefined when there is none, or it is not ours to move. */
export async function advanceOperation(
  tools: AdvanceTools,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: Beginning<World> = {},
): Promise<Operation | undefined> {
  const isWhole = mayBeOfNamespace(ref.name) && (await tools.store.get(ref, call.signal))?.spec.kind === namespaceKind;
  if (isWhole) return advanceWhole(tools, ref, call);
  return advanceBackup(tools, ref, call, beginning);
}

function advanceBackup(
  tools: AdvanceTools,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: Beginning<World>,
): Promise<Operation | undefined> {
  const afterEnd = async (ended: Operation): Promise<void> => {
    // First, so that those the parent makes then do not overtake who waits already.
    await startAfter(tools, ended, call);
    await wakeParent(tools, ended, call, advanceWhole);
  };
  return advanceWith({ ...moverOf(tools), afterEnd }, ref, call, beginning);
}

/** Of the two ways to move the backup of a namespace, `advanceAlone` starts nobody: the next is being started already. */
type MoveWhole = (tools: AdvanceTools, ref: ObjectRef, call: AdvanceCall) => Promise<Operation | undefined>;

const advanceAlone: MoveWhole = (tools, ref, call) => advanceNamespace(namespaceTools(tools, call), ref, call);

/** Children that end here, as those of one that is cancelled do, are followed by as many others. */
const advanceWhole: MoveWhole = async (tools, ref, call) => {
  let freedSlots = 0;
  const noteEnd = (child: Operation): void => {
    if (isTerminal(child.status?.phase) && child.status?.startedAt !== undefined) freedSlots += 1;
  };
  const moved = await advanceNamespace(namespaceTools(tools, call, noteEnd), ref, call);
  if (moved === undefined) return undefined;
  for (; freedSlots > 0; freedSlots -= 1) await startAfter(tools, moved, call);
  return moved;
};

function starterAfter(tools: AdvanceTools, ended: Operation, call: AdvanceCall): NextStarter {
  const mover = moverOf(tools);
  return {
    functionName: mover.functionName,
    store: tools.store,
    line: tools.line,
    slots: tools.slots,
    // Without an end of its own: what ends at once is followed by the next in this same round.
    move: async (operation) => {
      const { namespace, name } = operation.metadata;
      if (operation.spec.kind === namespaceKind) return advanceAlone(tools, { namespace, name }, call);
      const moved = await advanceWith(mover, { namespace, name }, call, { operation });
      if (isTerminal(moved?.status?.phase)) await wakeParent(tools, operation, call, advanceAlone);
      return moved;
    },
    wake: (operation) => tools.wakeOther(operation, ended.metadata.uid, call.signal),
  };
}

/** The one that ended has ended all the same, and its parent is to be told; who waits will be swept. */
async function startAfter(tools: AdvanceTools, ended: Operation, call: AdvanceCall): Promise<void> {
  try {
    await startNext(starterAfter(tools, ended, call), call);
  } catch (error) {
    call.log.error('next_not_started', error, { operation: ended.metadata.name });
  }
}

function namespaceTools(
  tools: AdvanceTools,
  call: AdvanceCall,
  noteMoved: (child: Operation) => void = () => undefined,
): AdvanceNamespaceTools {
  return {
    ...tools,
    // Without an end of its own: its parent is at work, and counts it.
    moveChild: async (child, beginning) => {
      try {
        const moved = await advanceWith(moverOf(tools), child, call, beginning);
        if (moved !== undefined) noteMoved(moved);
        return moved;
      } catch (error) {
        call.log.error('child_not_moved', error, { operation: child.name });
        return undefined;
      }
    },
    askAgain: (operation, signal) => tools.wakeOther(operation, operation.metadata.resourceVersion, signal),
  };
}

/** Whoever ends lets the operation that made it count. */
async function wakeParent(
  tools: AdvanceTools,
  ended: Operation,
  call: AdvanceCall,
  moveWhole: MoveWhole,
): Promise<void> {
  const { parent } = ended.spec.cause ?? {};
  if (parent === undefined) return;
  const ref = { namespace: ended.metadata.namespace, name: parent };
  try {
    // Nothing but this kind: the end of another would start the next, while the next is being started.
    if (mayBeOfNamespace(parent)) await moveWhole(tools, ref, call);
    else await wakeForeignParent(tools, ref, ended, call);
  } catch (error) {
    // It is recorded and will be swept.
    call.log.error('parent_not_woken', error, { operation: parent });
  }
}

/** Another function's operation has had it made: that function is asked to look. */
async function wakeForeignParent(
  { store, wakeOther }: AdvanceTools,
  ref: ObjectRef,
  ended: Operation,
  { signal }: AdvanceCall,
): Promise<void> {
  const parent = await store.get(ref, signal);
  const owner = parent === undefined ? undefined : ownerOf(parent);
  if (parent === undefined || owner === undefined || owner === 'backup') return;
  await wakeOther(parent, ended.metadata.uid, signal);
}

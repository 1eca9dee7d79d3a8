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
import { startNext } from '@soteria/shared/operation/start-next.ts';
import type { WaitingLine } from '@soteria/shared/operation/waiting-line.ts';
import type { Action } from './longhorn/action.ts';
import { decideBackup } from './longhorn/decide.ts';
import { perform, type Tools } from './longhorn/perform.ts';
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
  if (isWhole) return advanceNamespace(namespaceTools(tools, call), ref, call);
  return advanceBackup(tools, ref, call, beginning);
}

function advanceBackup(
  tools: AdvanceTools,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: Beginning<World>,
): Promise<Operation | undefined> {
  const mover = moverOf(tools);
  const { store } = tools;
  const starter = (ended: Operation) => ({
    functionName: mover.functionName,
    store,
    line: tools.line,
    slots: tools.slots,
    // Without an end of its own: what ends at once is followed by the next in this same round.
    move: async (operation: Operation) => {
      const { namespace, name } = operation.metadata;
      if (operation.spec.kind === namespaceKind) return advanceOperation(tools, { namespace, name }, call);
      const moved = await advanceWith(mover, { namespace, name }, call, { operation });
      if (isTerminal(moved?.status?.phase)) await wakeParent(tools, operation, call);
      return moved;
    },
    wake: (operation: Operation) => tools.wakeOther(operation, ended.metadata.uid, call.signal),
  });
  const afterEnd = async (ended: Operation): Promise<void> => {
    await startNext(starter(ended), call);
    await wakeParent(tools, ended, call);
  };
  return advanceWith({ ...mover, afterEnd }, ref, call, beginning);
}

function namespaceTools(tools: AdvanceTools, call: AdvanceCall): AdvanceNamespaceTools {
  return {
    ...tools,
    // Without an end of its own: its parent is at work, and counts it.
    moveChild: async (child, beginning) => {
      try {
        return await advanceWith(moverOf(tools), child, call, beginning);
      } catch (error) {
        call.log.error('child_not_moved', error, { operation: child.name });
        return undefined;
      }
    },
    askAgain: (operation, signal) => tools.wakeOther(operation, operation.metadata.resourceVersion, signal),
  };
}

/** Whoever ends lets the operation that made it count. */
async function wakeParent(tools: AdvanceTools, ended: Operation, call: AdvanceCall): Promise<void> {
  const { parent } = ended.spec.cause ?? {};
  if (parent === undefined) return;
  const ref = { namespace: ended.metadata.namespace, name: parent };
  try {
    // Nothing but this kind: the end of another would start the next, while the next is being started.
    if (mayBeOfNamespace(parent)) await advanceNamespace(namespaceTools(tools, call), ref, call);
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

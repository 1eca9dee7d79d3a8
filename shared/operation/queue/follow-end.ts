/**
 * What follows the end of an operation, in the same wake-up: first the oldest that waits begins in the free slot, so that the children
 * which the parent makes next overtake nobody; then the parent counts its child. The end itself is recorded before. What fails here is
 * logged, and the sweep repairs it.
 */
import type { ObjectRef } from '../../kubernetes/client.ts';
import type { AdvanceCall } from '../engine/advance.ts';
import { ownerOf } from '../record/kind-owner.ts';
import { isTerminal, type Operation } from '../record/schema.ts';
import { type NextStarter, startNext } from './start-next.ts';

export interface EndFollower extends Pick<NextStarter, 'functionName' | 'store' | 'line' | 'slots'> {
  /** Moves an operation of this function, as it was read just now; nothing follows its end. */
  readonly move: (operation: Operation, call: AdvanceCall) => Promise<Operation | undefined>;
  /** Moves a parent, and reports each child that was moved with it. Undefined: there is none, or another function moves it. */
  readonly moveParent: (ref: ObjectRef, call: AdvanceCall, noteMoved: NoteMoved) => Promise<Operation | undefined>;
  readonly wakeOther: WakeOther;
}

export type NoteMoved = (child: Operation) => void;

/** Wakes the function that moves the operation. `saying` differs for each fact about the operation. */
export type WakeOther = (operation: Operation, saying: string, signal: AbortSignal | undefined) => Promise<void>;

/** Says that the operation has changed: of each version once. */
export function sayingOf({ metadata: { uid, resourceVersion } }: Operation): string {
  return `${uid}@${resourceVersion}`;
}

/** For the `afterEnd` of an operation that may have held a slot. */
export async function followEnd(follower: EndFollower, ended: Operation, call: AdvanceCall): Promise<void> {
  await startAfter(follower, ended, call);
  await countAtParent(follower, ended, call);
}

/** For the `afterEnd` of a parent, which holds no slot. */
export async function countAtParent(follower: EndFollower, ended: Operation, call: AdvanceCall): Promise<void> {
  await moveParentOf(follower, ended, call, (ref) =>
    moveAndFill(follower, call, (noteMoved) => follower.moveParent(ref, call, noteMoved)),
  );
}

/** Moves a parent; each child that has ended meanwhile, as those of a cancelled parent do, is followed by the next that waits. */
export async function moveAndFill(
  follower: EndFollower,
  call: AdvanceCall,
  move: (noteMoved: NoteMoved) => Promise<Operation | undefined>,
): Promise<Operation | undefined> {
  const freed: Operation[] = [];
  const moved = await move((child) => {
    // A child that ended before it ran has held no slot.
    if (isTerminal(child.status?.phase) && child.status?.startedAt !== undefined) freed.push(child);
  });
  for (const child of freed) await startAfter(follower, child, call);
  return moved;
}

async function startAfter(follower: EndFollower, ended: Operation, call: AdvanceCall): Promise<void> {
  try {
    await startNext(
      {
        ...follower,
        move: async (operation) => {
          const moved = await follower.move(operation, call);
          // Its parent starts no child: an operation that ends at once is followed by the next operation in this round.
          if (moved !== undefined && isTerminal(moved.status?.phase)) {
            await moveParentOf(follower, moved, call, (ref) => follower.moveParent(ref, call, () => undefined));
          }
          return moved;
        },
        wake: (operation) => follower.wakeOther(operation, sayingOf(ended), call.signal),
      },
      call,
    );
  } catch (error) {
    call.log.error('next_not_started', error, { operation: ended.metadata.name });
  }
}

async function moveParentOf(
  follower: EndFollower,
  ended: Operation,
  call: AdvanceCall,
  move: (ref: ObjectRef) => Promise<Operation | undefined>,
): Promise<void> {
  const { functionName, store, wakeOther } = follower;
  const { signal, log } = call;
  const { parent: name } = ended.spec.cause ?? {};
  if (name === undefined) return;
  const ref = { namespace: ended.metadata.namespace, name };
  try {
    const moved = await move(ref);
    // A parent may be a child itself.
    if (isTerminal(moved?.status?.phase) && moved !== undefined) await moveParentOf(follower, moved, call, move);
    if (moved !== undefined) return;
    const parent = await store.get(ref, signal);
    const owner = parent === undefined ? undefined : ownerOf(parent);
    if (parent !== undefined && owner !== undefined && owner !== functionName) {
      await wakeOther(parent, sayingOf(ended), signal);
    }
  } catch (error) {
    log.error('parent_not_woken', error, { operation: name });
  }
}

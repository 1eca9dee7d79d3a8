/** Moves one Operation by the mover of its kind: the record says which kind it is, never its name. */
import type { ObjectRef } from '../../kubernetes/client.ts';
import {
  type AdvanceCall,
  type AnyAction,
  type Beginning,
  type InTurn,
  type Moved,
  type Mover,
  moveOne,
} from './advance.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import type { Operation } from '../record/schema.ts';
import type { OperationKind } from '../kinds/kinds.ts';
import type { OperationStore } from '../record/store.ts';

/** The mover of one kind, whatever it knows of the world and does about it. */
export interface KindMover {
  recall(ref: ObjectRef): Operation | undefined;
  hasMade(ref: ObjectRef): boolean;
  move(ref: ObjectRef, call: AdvanceCall, turn: InTurn): Promise<Moved | undefined>;
  afterEnd(ended: Operation, call: AdvanceCall): Promise<void>;
}

/** A kind that is not here is another function's, or another version's. */
export type Movers = { readonly [K in OperationKind]?: KindMover };

export function toKindMover<World, Action extends AnyAction>(
  mover: Mover<World, Action>,
  beginning: Beginning<World> = {},
): KindMover {
  const { memory } = mover;
  return {
    recall: (ref) => memory?.recall(ref)?.operation,
    hasMade: (ref) => memory?.hasMade(ref) === true,
    move: (ref, call, turn) => moveOne(mover, ref, call, { ...beginning, ...turn }),
    afterEnd: async (ended, call) => mover.afterEnd?.(ended, call),
  };
}

/** As `advanceWith`, for whatever kind has this name. */
export async function advanceByKind(
  { store, inTurn }: { readonly store: Pick<OperationStore, 'get'>; readonly inTurn: OneAtATime },
  movers: Movers,
  ref: ObjectRef,
  call: AdvanceCall,
  { operation, isNews, before }: Pick<Beginning<unknown>, 'operation' | 'isNews' | 'before'> = {},
): Promise<Operation | undefined> {
  const all = Object.values(movers);
  const turn = await inTurn(`${ref.namespace}/${ref.name}`, async () => {
    if (isNews === true && all.some((mover) => mover.hasMade(ref))) return undefined;
    const known = operation ?? all.map((mover) => mover.recall(ref)).find((one) => one !== undefined);
    const found = known ?? (await store.get(ref, call.signal));
    if (found === undefined) return undefined;
    const checked = (await before?.(found)) ?? found;
    const { kind } = found.spec;
    const read = known === undefined || checked !== known ? checked : undefined;
    const mover = movers[kind];
    const moved = await mover?.move(ref, call, { read, kind });
    return mover && moved && { mover, ...moved };
  });
  if (turn?.hasEnded === true) await turn.mover.afterEnd(turn.operation, call);
  return turn?.operation;
}

/**
 * Moves one Operation as far as it will go now: load, decide, act, decide again, until it waits or rests. What is decided and
 * how it is done is the function's; that one writer wins, that every conflict is decided anew and that each end is logged is
 * the same for all.
 */
import { SoteriaError } from '../errors.ts';
import type { Log } from '../function/contract.ts';
import type { ObjectRef } from '../kubernetes/client.ts';
import { claimRefOf } from './claim-ref.ts';
import { ownerOf } from './kind-owner.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import { isTerminal, type Operation } from './schema.ts';
import type { OperationStore } from './store.ts';

export interface Known<World> {
  readonly operation: Operation;
  readonly world: World;
}

/** `wait`: nothing until something changes. `rest`: nothing ever again. All else goes to `perform`. */
export interface AnyAction {
  readonly do: string;
}

export interface Mover<World, Action extends AnyAction> {
  /** Only its kinds are moved; all others are left alone. */
  readonly functionName: string;
  readonly store: Pick<OperationStore, 'get'>;
  readonly inTurn: OneAtATime;
  readonly nothingSeen: World;
  decide(known: Known<World>): Action;
  /** One call; answers what is known after it. */
  perform(known: Known<World>, action: Action, call: AdvanceCall): Promise<Known<World>>;
  /** The Operation as it stays when this action must not be performed now; undefined to go on. */
  hold?(known: Known<World>, action: Action, call: AdvanceCall): Promise<Operation | undefined>;
  /** After a wake-up in which the Operation ended, or one that found it ended but not settled. */
  afterEnd?(operation: Operation, call: AdvanceCall): Promise<void>;
}

export interface AdvanceCall {
  readonly signal?: AbortSignal | undefined;
  readonly log: Log;
}

/** More actions than any real path takes: a loop that does not end is a defect, and must not burn a pod. */
const maxActions = 64;
const maxConflicts = 6;

/** Answers the Operation as it is at the end of this wake-up; undefined when there is none, or it is not ours to move. */
export async function advanceWith<World, Action extends AnyAction>(
  mover: Mover<World, Action>,
  ref: ObjectRef,
  call: AdvanceCall,
): Promise<Operation | undefined> {
  const moved = await mover.inTurn(`${ref.namespace}/${ref.name}`, () => moveOne(mover, ref, call));
  if (moved?.hasEnded === true) await mover.afterEnd?.(moved.operation, call);
  return moved?.operation;
}

interface Moved {
  readonly operation: Operation;
  /** In this wake-up, or in one that did not live to do what comes after. */
  readonly hasEnded: boolean;
}

async function moveOne<World, Action extends AnyAction>(
  mover: Mover<World, Action>,
  ref: ObjectRef,
  call: AdvanceCall,
): Promise<Moved | undefined> {
  let hadSomethingToDo = false;
  for (let conflicts = 0; ; conflicts += 1) {
    const operation = await mover.store.get(ref, call.signal);
    if (operation === undefined || ownerOf(operation) !== mover.functionName) return undefined;
    hadSomethingToDo ||= operation.status?.settled !== true;
    try {
      const moved = await run(mover, operation, call);
      return { operation: moved, hasEnded: hadSomethingToDo && isTerminal(moved.status?.phase) };
    } catch (error) {
      // Somebody else wrote: what we knew is old. Read again and decide again.
      const isConflict = error instanceof SoteriaError && error.code === 'cluster_conflict';
      if (!isConflict || conflicts >= maxConflicts) throw error;
    }
  }
}

async function run<World, Action extends AnyAction>(
  mover: Mover<World, Action>,
  operation: Operation,
  call: AdvanceCall,
): Promise<Operation> {
  let known: Known<World> = { operation, world: mover.nothingSeen };
  for (let count = 0; count < maxActions; count += 1) {
    const action = mover.decide(known);
    if (action.do === 'rest' || action.do === 'wait') return known.operation;
    const held = await mover.hold?.(known, action, call);
    if (held !== undefined) return held;
    known = await mover.perform(known, action, call);
    if (action.do === 'record') logMove(call.log, known.operation);
  }
  throw new SoteriaError('internal', {
    what: `operation ${operation.metadata.name} did not come to rest`,
    why: `${maxActions} actions in one wake-up led to no end`,
    fix: 'this is a defect of Soteria; the sweep will look at the operation again; report it with the log',
  });
}

/** Every terminal fact is also one log line: the audit trail. */
function logMove(log: Log, operation: Operation): void {
  const { status, spec } = operation;
  if (status === undefined || status.settled === true) return;
  const { namespace, pvc } = claimRefOf(operation);
  const hasEnded = isTerminal(status.phase);
  log.info(hasEnded ? 'operation_ended' : 'operation_moved', {
    operation: operation.metadata.name,
    kind: spec.kind,
    claim: `${namespace}/${pvc}`,
    phase: status.phase,
    progress: status.progress,
    code: status.error?.code,
    requestedBy: hasEnded ? spec.requestedBy?.user : undefined,
  });
}

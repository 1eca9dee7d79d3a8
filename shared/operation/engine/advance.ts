/**
 * Moves one Operation as far as it will go now: load, decide, act, decide again, until it waits or rests. What is decided and
 * how it is done is the function's; that one writer wins, that every conflict is decided anew and that each end is logged is
 * the same for all.
 */
import { SoteriaError } from '../../errors.ts';
import type { Log } from '../../log/log.ts';
import type { ObjectRef } from '../../kubernetes/client.ts';
import { claimRefOf } from '../record/claim-ref.ts';
import { ownerOf } from '../record/kind-owner.ts';
import type { OneAtATime } from './one-at-a-time.ts';
import { skipRepeat } from '../record/record-once.ts';
import type { KnownMemory } from './remember-known.ts';
import { isTerminal, type Operation } from '../record/schema.ts';
import type { OperationKind } from '../kinds/kinds.ts';
import type { OperationStore } from '../record/store.ts';

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
  readonly store: Pick<OperationStore, 'get' | 'listOfIdentity' | 'replaceStatus'>;
  readonly now: () => Date;
  readonly inTurn: OneAtATime;
  readonly nothingSeen: World;
  /** Left out: every wake-up reads the record. */
  readonly memory?: KnownMemory<World>;
  /** What of all that was seen still holds at the next wake-up; left out: nothing. */
  lasting?(known: Known<World>): World;
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

/** What the caller of a wake-up knows already, having read or written it a moment ago. */
export interface Beginning<World> {
  /** The record as it was a moment ago; left out, it is remembered or read. */
  readonly operation?: Operation | undefined;
  /** The caller has just made it, and seen that no other Operation answers the same request. */
  readonly isMade?: boolean | undefined;
  /** All there is to say is that it has appeared: nothing is done when this process has made it, and looked at it. */
  readonly isNews?: boolean | undefined;
  /** Looks at the record before the operation is moved, and answers it as it is then. */
  readonly before?: ((operation: Operation) => Promise<Operation>) | undefined;
  /** What was seen, once it is known of which record. */
  readonly seen?: ((operation: Operation) => World) | undefined;
}

/** More actions than any real path takes: a loop that does not end is a defect, and must not burn a pod. */
const maxActions = 64;
const maxConflicts = 6;

/** Answers the Operation as it is at the end of this wake-up; undefined when there is none, or it is not ours to move. */
export async function advanceWith<World, Action extends AnyAction>(
  mover: Mover<World, Action>,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: Beginning<World> = {},
): Promise<Operation | undefined> {
  const moved = await mover.inTurn(`${ref.namespace}/${ref.name}`, () => moveOne(mover, ref, call, beginning));
  if (moved?.hasEnded === true) await mover.afterEnd?.(moved.operation, call);
  return moved?.operation;
}

export interface Moved {
  readonly operation: Operation;
  /** In this wake-up, or in one that did not live to do what comes after. */
  readonly hasEnded: boolean;
}

/** Where a wake-up starts from: `isProven` when the record was read or written in this very wake-up, while nobody else had its turn. */
interface Start<World> extends Known<World> {
  readonly isProven: boolean;
}

export interface InTurn {
  /** The record as it was read in this very turn. */
  readonly read?: Operation | undefined;
  /** Left out: whatever kind the record is of. */
  readonly kind?: OperationKind;
}

/** In turn; answers without what follows the end. */
export async function moveOne<World, Action extends AnyAction>(
  mover: Mover<World, Action>,
  ref: ObjectRef,
  call: AdvanceCall,
  beginning: Beginning<World> & InTurn,
): Promise<Moved | undefined> {
  const { memory, store, functionName, nothingSeen } = mover;
  const seenOf = (operation: Operation): World => ({ ...nothingSeen, ...beginning.seen?.(operation) });
  let hadSomethingToDo = false;

  async function read(isFirst: boolean): Promise<Start<World> | undefined> {
    const operation = await store.get(ref, call.signal);
    // What was seen before a conflict does not answer for what is there after it.
    return operation && { operation, world: isFirst ? seenOf(operation) : nothingSeen, isProven: true };
  }

  async function begin(): Promise<Start<World> | undefined> {
    const { operation, read: proven } = beginning;
    if (proven !== undefined) return { operation: proven, world: seenOf(proven), isProven: true };
    if (operation !== undefined) return { operation, world: seenOf(operation), isProven: false };
    const known = memory?.recall(ref);
    if (known === undefined) return read(true);
    return { ...known, world: { ...known.world, ...seenOf(known.operation) }, isProven: false };
  }

  // Asked only now, in turn: it may have been looked at while this wake-up waited.
  if (beginning.isNews === true && memory?.hasMade(ref) === true) return undefined;
  let start = await begin();
  const kind = beginning.kind ?? start?.operation.spec.kind;
  for (let conflicts = 0; ;) {
    if (start === undefined || ownerOf(start.operation) !== functionName) return undefined;
    // Deleted meanwhile, and made again as another kind: the next wake-up moves that one.
    if (start.operation.spec.kind !== kind) return undefined;
    hadSomethingToDo ||= start.operation.status?.settled !== true;
    try {
      if (beginning.isMade !== true || conflicts > 0) {
        const operation = await skipRepeat(store, start.operation, mover.now(), call.signal);
        if (operation !== start.operation) start = { operation, world: nothingSeen, isProven: true };
      }
      const { known, isProven } = await run(mover, start, call);
      if (isProven) {
        memory?.keep({ ...known, world: mover.lasting?.(known) ?? nothingSeen });
        if (beginning.isMade === true) memory?.noteMade(ref);
        const { operation } = known;
        return { operation, hasEnded: hadSomethingToDo && isTerminal(operation.status?.phase) };
      }
      const found = await read(true);
      start = found !== undefined && isSame(found.operation, known.operation) ? { ...known, isProven: true } : found;
    } catch (error) {
      if (!wasOld(error, start?.isProven) || conflicts >= maxConflicts) throw error;
      conflicts += 1;
      start = await read(false);
    }
  }
}

/** Another process wrote, so our record is old, or the Operation is gone: read again and decide again. */
function wasOld(error: unknown, isProven: boolean | undefined): boolean {
  if (!(error instanceof SoteriaError)) return false;
  return error.code === 'cluster_conflict' || (isProven === false && error.code === 'not_found');
}

/**
 * What may be done on a record that is only remembered. A record is written with its resourceVersion. Entering a slot is idempotent:
 * the entry carries the operation's uid. The next operation that a forgotten entry blocks removes it.
 */
const safeUnproven: ReadonlySet<string> = new Set(['look', 'record', 'enter-slot', 'keep-awake']);

function isSame({ metadata: a }: Operation, { metadata: b }: Operation): boolean {
  return a.uid === b.uid && a.resourceVersion === b.resourceVersion;
}

/** Stops, not proven, before it would do on a record that is only remembered what must not be done on it. */
async function run<World, Action extends AnyAction>(
  mover: Mover<World, Action>,
  { operation, world, isProven: wasProven }: Start<World>,
  call: AdvanceCall,
): Promise<{ readonly known: Known<World>; readonly isProven: boolean }> {
  let known: Known<World> = { operation, world };
  let isProven = wasProven;
  for (let count = 0; count < maxActions; count += 1) {
    const action = mover.decide(known);
    if (!isProven && !safeUnproven.has(action.do)) return { known, isProven };
    if (action.do === 'rest' || action.do === 'wait') return { known, isProven };
    const held = await mover.hold?.(known, action, call);
    if (held !== undefined) return { known: { ...known, operation: held }, isProven };
    known = await mover.perform(known, action, call);
    isProven ||= action.do === 'record';
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

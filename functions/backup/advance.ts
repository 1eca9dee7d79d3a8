/** Moves one Operation as far as it will go now: load, decide, act, decide again, until it waits or rests. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Log } from '@soteria/shared/function/contract.ts';
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import { operationKinds } from '@soteria/shared/operation/schema.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import { isTerminal } from '@soteria/shared/operation/schema.ts';
import type { Action } from './longhorn/action.ts';
import { claimRefOf } from './longhorn/about-operation.ts';
import { decideBackup } from './longhorn/decide.ts';
import type { Known, Tools } from './longhorn/perform.ts';
import { perform } from './longhorn/perform.ts';
import type { Rules } from './longhorn/world.ts';
import type { OneAtATime } from './one-at-a-time.ts';

export interface AdvanceTools extends Tools {
  readonly rules: Rules;
  readonly now: () => Date;
  readonly inTurn: OneAtATime;
}

/** More actions than any real path takes: a loop that does not end is a defect, and must not burn a pod. */
const maxActions = 64;
const maxConflicts = 6;

export interface AdvanceCall {
  readonly signal?: AbortSignal | undefined;
  readonly log: Log;
}

/** Answers the Operation as it is at the end of this wake-up; undefined when there is none, or it is not ours to move. */
export async function advanceOperation(
  tools: AdvanceTools,
  ref: ObjectRef,
  call: AdvanceCall,
): Promise<Operation | undefined> {
  const moved = await tools.inTurn(`${ref.namespace}/${ref.name}`, () => moveOne(tools, ref, call));
  if (moved?.hasEnded === true) await startNext(tools, moved.operation, call);
  return moved?.operation;
}

interface Moved {
  readonly operation: Operation;
  /** In this wake-up, or in one that did not live to start the next. */
  readonly hasEnded: boolean;
}

async function moveOne(tools: AdvanceTools, ref: ObjectRef, call: AdvanceCall): Promise<Moved | undefined> {
  let hadSomethingToDo = false;
  for (let conflicts = 0; ; conflicts += 1) {
    const operation = await tools.store.get(ref, call.signal);
    if (operation === undefined || !isOurKind(operation)) return undefined;
    hadSomethingToDo ||= operation.status?.settled !== true;
    try {
      const moved = await run(tools, { operation, world: {} }, call);
      return { operation: moved, hasEnded: hadSomethingToDo && isTerminal(moved.status?.phase) };
    } catch (error) {
      // Somebody else wrote: what we knew is old. Read again and decide again.
      const isConflict = error instanceof SoteriaError && error.code === 'cluster_conflict';
      if (!isConflict || conflicts >= maxConflicts) throw error;
    }
  }
}

/** A kind of another version, or one that another function moves, is left alone. */
function isOurKind(operation: Operation): boolean {
  const known: Readonly<Record<string, { readonly function: string }>> = operationKinds;
  return known[operation.spec.kind]?.function === 'backup';
}

async function run(tools: AdvanceTools, start: Known, { signal, log }: AdvanceCall): Promise<Operation> {
  let known = start;
  for (let count = 0; count < maxActions; count += 1) {
    const action: Action = decideBackup({ ...known, rules: tools.rules, now: tools.now() });
    if (action.do === 'rest' || action.do === 'wait') return known.operation;
    known = await perform(tools, known, action, signal);
    if (action.do === 'record') logMove(log, known.operation);
  }
  throw new SoteriaError('internal', {
    what: `operation ${start.operation.metadata.name} did not come to rest`,
    why: `${maxActions} actions in one wake-up led to no end`,
    fix: 'this is a defect of Soteria; the sweep will look at the operation again; report it with the log',
  });
}

/** Every terminal fact is also one log line: the audit trail. */
function logMove(log: Log, operation: Operation): void {
  const { status } = operation;
  if (status === undefined || status.settled === true) return;
  const { namespace, pvc } = claimRefOf(operation);
  const fields = {
    operation: operation.metadata.name,
    claim: `${namespace}/${pvc}`,
    phase: status.phase,
    progress: status.progress,
    code: status.error?.code,
  };
  log.info(isTerminal(status.phase) ? 'operation_ended' : 'operation_moved', fields);
}

/** Whoever ends lets the next of the same claim begin, in the same wake-up. */
async function startNext(tools: AdvanceTools, ended: Operation, call: AdvanceCall): Promise<void> {
  const { namespace, pvc } = claimRefOf(ended);
  const peers = await tools.store.listOfClaim(namespace, pvc, call.signal);
  const next = peers.find((peer) => !isTerminal(peer.status?.phase) && peer.metadata.uid !== ended.metadata.uid);
  if (next === undefined || next.status?.phase === 'Running') return;
  const { name } = next.metadata;
  try {
    await advanceOperation(tools, { namespace, name }, { signal: call.signal, log: call.log });
  } catch (error) {
    // It is recorded and will be swept; the one that ended has ended all the same.
    call.log.error('next_operation_not_started', error, { operation: name });
  }
}

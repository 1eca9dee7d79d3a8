/** Moves one Operation of this function; the loop is `shared/operation/advance.ts`, the judgement `longhorn/decide.ts`. */
import type { ObjectRef } from '@soteria/shared/kubernetes/client.ts';
import { type AdvanceCall, advanceWith } from '@soteria/shared/operation/advance.ts';
import { claimRefOf } from '@soteria/shared/operation/claim-ref.ts';
import type { OneAtATime } from '@soteria/shared/operation/one-at-a-time.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/schema.ts';
import { decideBackup } from './longhorn/decide.ts';
import { perform, type Tools } from './longhorn/perform.ts';
import type { Rules } from './longhorn/world.ts';

export interface AdvanceTools extends Tools {
  readonly rules: Rules;
  readonly now: () => Date;
  readonly inTurn: OneAtATime;
  /** Left out: `decideBackup`. The simulation puts broken ones here, to show that they would be noticed. */
  readonly decide?: typeof decideBackup;
}

/** Answers the Operation as it is at the end of this wake-up; undefined when there is none, or it is not ours to move. */
export function advanceOperation(
  tools: AdvanceTools,
  ref: ObjectRef,
  call: AdvanceCall,
): Promise<Operation | undefined> {
  const { store, inTurn, rules, now, decide = decideBackup } = tools;
  return advanceWith(
    {
      functionName: 'backup',
      store,
      inTurn,
      nothingSeen: {},
      decide: (known) => decide({ ...known, rules, now: now() }),
      perform: (known, action, { signal }) => perform(tools, known, action, signal),
      afterEnd: (ended) => startNext(tools, ended, call),
    },
    ref,
    call,
  );
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

/**
 * What to do next for one operation that makes many: a child of each candidate, a few ahead of what can run. Pure. Invariants:
 *  1. Candidates are taken by name, and a cursor in the record says how far: none is taken twice, whatever has become of its child.
 *  2. Name and identity of a child follow from parent and candidate: made twice is made once, and what another request has made under
 *     that name is no child.
 *  3. It ends when every child has ended and no candidate is left. What failed and what was left out is listed, each with its reason.
 *  4. The end of one child costs the same among ten candidates and among ten thousand: candidates are listed for several children at a
 *     time, of the children only those that are open, and the record is written when a percent has moved.
 */
import { SoteriaError } from '../../errors.ts';
import { whyNotRunAgain } from '../record/decide-reapplied.ts';
import { isTerminal, type Operation, type OperationStatus } from '../record/schema.ts';
import { advance, refuse, statusOf } from '../record/status.ts';
import { countPassed, decideTaking, hasEnoughAhead } from './decide-taking.ts';
import { endWith } from './end-with.ts';
import type { Many, ManyAction, ManyFact, ManySituation } from './many.ts';
import { problemsWith } from './problem.ts';

const factOfPhase: Readonly<Partial<Record<string, ManyFact>>> = {
  Succeeded: 'completed',
  Failed: 'failed',
  Cancelled: 'failed',
  Skipped: 'skipped',
};

function cancelled({ metadata }: Operation): SoteriaError {
  return new SoteriaError('cancelled', {
    what: `operation ${metadata.name} was cancelled`,
    why: 'its cancellation was requested before all of its children had ended; the open ones were cancelled with it',
    fix: 'ask again when you want the rest: what is done already stays',
  });
}

export function decideMany<Source, Look>(many: Many<Source, Look>, situation: ManySituation<Source>): ManyAction<Look> {
  const { operation, world } = situation;
  const status = statusOf(operation);
  if (status.settled === true) return { do: 'rest' };
  if (isTerminal(status.phase)) {
    const fact = many.isAnnounced ? factOfPhase[status.phase] : undefined;
    if (fact !== undefined && status.announced?.includes(fact) !== true) return { do: 'announce', fact };
    return { do: 'record', status: { ...status, settled: true } };
  }
  if (status.work === undefined) return decideBegin(many, situation);
  if (many.isAnnounced && status.announced?.includes('started') !== true) return { do: 'announce', fact: 'started' };
  return world.open === undefined ? { do: 'look', at: 'open' } : decideChildren(many, situation, world.open);
}

/** Without a fact to send, an end is settled by the same write. */
function record<Look>({ isAnnounced }: { readonly isAnnounced: boolean }, status: OperationStatus): ManyAction<Look> {
  const isSettled = isTerminal(status.phase) && !isAnnounced;
  return { do: 'record', status: isSettled ? { ...status, settled: true } : status };
}

function decideBegin<Source, Look>(many: Many<Source, Look>, situation: ManySituation<Source>): ManyAction<Look> {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  if (operation.spec.cancelRequested === true) {
    return record(many, refuse(status, 'Cancelled', cancelled(operation), now));
  }
  const old = whyNotRunAgain(operation);
  if (old !== undefined) return record(many, refuse(status, 'Skipped', old, now));
  const look = many.nextLook(situation);
  if (look !== undefined) return { do: 'look', at: 'source', what: look };
  const candidates = many.candidates(situation, '');
  const begun = many.begin(situation, candidates);
  if ('phase' in begun) return record(many, begun);
  if (world.isKeptAwake !== true) return { do: 'keep-awake' };
  const { message, leftOut = [] } = begun;
  const work = {
    ...begun.work,
    cursor: '',
    claimCount: candidates.length + leftOut.length,
    takenCount: 0,
    presentCount: 0,
    skippedCount: leftOut.length,
    excludedCount: leftOut.filter(({ isOnPurpose }) => isOnPurpose).length,
  };
  const running = advance(status, { step: 'claims', progress: 1, message, work }, now);
  if (leftOut.length === 0) return { do: 'record', status: running };
  return { do: 'record', status: { ...running, result: { problems: problemsWith([], leftOut) } } };
}

function decideCancelled<Source, Look>(
  many: Many<Source, Look>,
  { operation, now }: ManySituation<Source>,
  open: readonly Operation[],
): ManyAction<Look> {
  const child = open.find(({ spec }) => spec.cancelRequested !== true);
  if (child !== undefined) return { do: 'cancel-child', child };
  if (open.length > 0) return { do: 'wait' };
  return record(many, refuse(statusOf(operation), 'Cancelled', cancelled(operation), now));
}

function decideChildren<Source, Look>(
  many: Many<Source, Look>,
  situation: ManySituation<Source>,
  open: readonly Operation[],
): ManyAction<Look> {
  const { operation, world } = situation;
  if (operation.spec.cancelRequested === true) return decideCancelled(many, situation, open);
  const isPassed = countPassed(operation) >= (operation.status?.work?.claimCount ?? Infinity);
  // What was looked at in this wake-up serves the whole refill. At the end one more look finds what has come meanwhile.
  const isTaking = isPassed ? open.length === 0 : many.nextLook(situation) === undefined || !hasEnoughAhead(many, open);
  const taking = isTaking ? decideTaking(many, situation, open) : undefined;
  if (taking !== undefined) return taking;
  if (isPassed && open.length === 0) {
    return world.children === undefined
      ? { do: 'look', at: 'children' }
      : record(many, endWith(many, situation, world.children));
  }
  return decideProgress(situation, open);
}

function decideProgress<Source, Look>(
  { operation, now }: ManySituation<Source>,
  open: readonly Operation[],
): ManyAction<Look> {
  const status = statusOf(operation);
  const { takenCount = 0, presentCount = 0, skippedCount = 0, claimCount = 0 } = status.work ?? {};
  const ended = takenCount + presentCount - open.length;
  const total = Math.max(1, claimCount - skippedCount);
  const reached = Math.min(95, Math.floor((ended * 95) / total));
  if (reached <= status.progress) return { do: 'wait' };
  const message = `${ended} of ${total} claims are done`;
  return { do: 'record', status: advance(status, { step: 'claims', progress: reached, message }, now) };
}

/**
 * What to do next for one Operation of kind NamespaceRestore: a Restore for each claim, a few at a time. Invariants:
 *  1. The instant is recorded before the first child is made: all children are of one set.
 *  2. Claims are taken by name, and a cursor says how far: none is taken twice, whatever has become of its Operation. A child's name
 *     follows from parent and claim, so that what was made before the cursor could say so is made once.
 *  3. It ends when every claim there was at the beginning is accounted for: a catalogue that is empty for a moment ends nothing.
 *  4. What is missing is told, each with its reason, and a second run picks it up.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { noClusters } from '@soteria/shared/settings/own-clusters.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/record/schema.ts';
import { whyNotRunAgain } from '@soteria/shared/operation/record/decide-reapplied.ts';
import { advance, refuse, statusOf, waiting } from '@soteria/shared/operation/record/status.ts';
import { refusedBecause } from '../longhorn/about-operation.ts';
import type { Action, RestoreFactName } from '../longhorn/action.ts';
import { waitFor } from '../longhorn/deadline.ts';
import type { Situation } from '../longhorn/situation.ts';
import { decideEnd, problemOf } from './decide-namespace-end.ts';
import { childName, childRequest, isToRestore, type PlannedClaim, planNamespace } from './plan-namespace.ts';

/** Open at once: enough that no slot waits for us, and no more than that. */
const maxOpenChildren = 8;
/** Below this the next ones are made, several at a time: each look at all points is a long list. */
const refillBelow = 6;
/** In one wake-up; those that are refused at once are many, and a wake-up must end. */
const maxMadeAtOnce = 12;
const maxProblems = 100;

const factOfPhase: Readonly<Record<string, RestoreFactName>> = {
  Succeeded: 'completed',
  Failed: 'failed',
  Cancelled: 'failed',
  Skipped: 'skipped',
};

/** Of data that is still to come nobody knows: the instant is now at the latest. */
function instantOf({ operation, now }: Pick<Situation, 'operation' | 'now'>): string {
  const { asOf } = operation.spec.request;
  const asked = asOf === undefined ? now.getTime() : Math.min(Date.parse(asOf), now.getTime());
  return operation.status?.work?.dataAsOf ?? new Date(asked).toISOString();
}

export function planOfNamespace(
  { operation, world, now }: Pick<Situation, 'operation' | 'world' | 'now'>,
  after = '',
): PlannedClaim[] {
  const backups = world.points?.seen ?? [];
  const claims = world.claims?.seen ?? [];
  const asOf = instantOf({ operation, now });
  return planNamespace({ operation, backups, own: world.ownClusters?.seen ?? noClusters, claims, asOf }, after);
}

/** Not one claim can be restored. */
export function whyNothing(namespace: string, plan: readonly PlannedClaim[]): SoteriaError | undefined {
  if (plan.some(({ point }) => 'id' in point)) return undefined;
  const why = plan.flatMap(({ pvc, point }) => ('why' in point ? [`${pvc}: ${point.why}`] : [])).join('; ');
  return new SoteriaError('restore_point_not_found', {
    what: `namespace ${namespace} was not restored`,
    why: why === '' ? 'none of its claims has a restore point' : why,
    fix: `list what there is with GET /v1/backups?namespace=${namespace}`,
  });
}

function decideBegin(situation: Situation, plan: readonly PlannedClaim[]): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  const { namespace } = sourceRefOf(operation);
  const nothing = whyNothing(namespace, plan);
  if (nothing !== undefined) return { do: 'record', status: refuse(status, 'Failed', nothing, now) };
  if (world.isKeptAwake !== true) return { do: 'keep-awake' };
  const counts = { cursor: '', claimCount: plan.length, takenCount: 0, skippedCount: 0, presentCount: 0 };
  const work = { attempt: 1, dataAsOf: instantOf(situation), ...counts };
  const message = `restoring ${plan.length} claims as of ${work.dataAsOf}`;
  return { do: 'record', status: advance(status, { step: 'claims', progress: 5, message, work }, now) };
}

function decideCancelled({ operation, now }: Situation, open: readonly Operation[]): Action {
  const asked = open.find(({ spec }) => spec.cancelRequested !== true);
  if (asked !== undefined) return { do: 'cancel-child', name: asked.metadata.name };
  if (open.length > 0) return { do: 'wait' };
  return { do: 'record', status: refuse(statusOf(operation), 'Cancelled', refusedBecause.cancelled(operation), now) };
}

type Names = ReadonlySet<string>;

/** Moves the cursor past claims that were taken, left out, or are there already. */
function pass({ operation, world, now }: Situation, passed: readonly PlannedClaim[], made: Names): Action {
  const status = statusOf(operation);
  const work = status.work ?? { attempt: 1 };
  const problems = [...(status.result?.problems ?? [])];
  let [taken, skipped, present] = [work.takenCount ?? 0, work.skippedCount ?? 0, work.presentCount ?? 0];
  for (const claim of passed) {
    const name = childName(operation, claim);
    const why = 'why' in claim.point ? claim.point.why : world.refusedChildren?.[name];
    // A child of ours may be done already: then its claim is there because of this very run.
    if (made.has(name)) taken += 1;
    else if (why !== undefined) {
      skipped += 1;
      problems.push(problemOf(claim.pvc, why));
    } else present += 1;
  }
  const cursor = passed.at(-1)?.pvc ?? '';
  const change = { cursor, takenCount: taken, skippedCount: skipped, presentCount: present };
  const step = { step: 'claims', progress: status.progress, message: status.message, work: change };
  const moved = advance(status, step, now);
  return {
    do: 'record',
    status: { ...moved, result: { ...status.result, problems: problems.slice(0, maxProblems) } },
  };
}

function decideWaiting({ operation, now }: Situation, ended: number): Action {
  const status = statusOf(operation);
  const total = status.work?.claimCount ?? 0;
  const reached = 5 + Math.floor((Math.min(ended, total) * 90) / Math.max(1, total));
  const message = `${ended} of ${total} claims are done`;
  if (reached > status.progress) {
    return { do: 'record', status: advance(status, { step: 'claims', progress: reached, message }, now) };
  }
  const same = waiting(status, message);
  return same.message === status.message ? { do: 'wait' } : { do: 'record', status: same };
}

/** As many claims as there were at the beginning are passed by the cursor. */
function isAccountedFor(operation: Operation): boolean {
  const { takenCount = 0, skippedCount = 0, presentCount = 0, claimCount = 0 } = operation.status?.work ?? {};
  return takenCount + skippedCount + presentCount >= claimCount;
}

function decideClaims(situation: Situation, children: readonly Operation[]): Action {
  const { operation, world } = situation;
  const open = children.filter((child) => !isTerminal(child.status?.phase));
  if (operation.spec.cancelRequested === true) return decideCancelled(situation, open);
  const { skippedCount = 0, presentCount = 0, cursor } = operation.status?.work ?? {};
  const ended = children.length - open.length + skippedCount + presentCount;
  // The points are a long list: it is read to begin more, and once more at the end, not at the end of each child.
  if (isAccountedFor(operation) && open.length > 0) return decideWaiting(situation, ended);
  // Those that were begun in this wake-up belong to the same refill.
  const isRefilling = open.length < (world.madeCount === undefined ? refillBelow : maxOpenChildren);
  if (!isRefilling) return decideWaiting(situation, ended);
  for (const at of ['points', 'ownClusters', 'claims'] as const) if (world[at] === undefined) return { do: 'look', at };

  const ahead = planOfNamespace(situation, cursor);
  const made = new Set(children.map(({ metadata }) => metadata.name));
  const isPassed = (claim: PlannedClaim): boolean => {
    const name = childName(operation, claim);
    return !isToRestore(claim) || made.has(name) || world.refusedChildren?.[name] !== undefined;
  };
  const next = ahead.findIndex((claim) => !isPassed(claim));
  const claim = ahead[next];
  const isTired = (world.madeCount ?? 0) >= maxMadeAtOnce;
  if (claim !== undefined && isToRestore(claim) && !isTired && open.length < maxOpenChildren) {
    return { do: 'create-child', name: childName(operation, claim), request: childRequest(operation, claim) };
  }
  const passed = next === -1 ? ahead : ahead.slice(0, next);
  if (passed.length > 0) return pass(situation, passed, made);
  if (ahead.length > 0) {
    if (isTired && world.hasAskedAgain !== true) return { do: 'ask-again' };
    return decideWaiting(situation, ended);
  }
  if (open.length > 0) return decideWaiting(situation, ended);
  if (isAccountedFor(operation)) return decideEnd(situation, children);
  return waitFor(situation, 'Longhorn lists fewer claims with restore points than at the beginning');
}

export function decideNamespace(situation: Situation): Action {
  const { operation, world, now } = situation;
  const status = statusOf(operation);
  if (status.settled === true) return { do: 'rest' };
  if (isTerminal(status.phase)) {
    const fact = factOfPhase[status.phase];
    if (fact !== undefined && status.announced?.includes(fact) !== true) return { do: 'announce', fact };
    return { do: 'record', status: { ...status, settled: true } };
  }
  if (status.work === undefined) {
    if (operation.spec.cancelRequested === true) {
      return { do: 'record', status: refuse(status, 'Cancelled', refusedBecause.cancelled(operation), now) };
    }
    const old = whyNotRunAgain(operation);
    if (old !== undefined) return { do: 'record', status: refuse(status, 'Skipped', old, now) };
    for (const at of ['points', 'ownClusters', 'claims'] as const)
      if (world[at] === undefined) return { do: 'look', at };
    return decideBegin(situation, planOfNamespace(situation));
  }
  if (status.announced?.includes('started') !== true) return { do: 'announce', fact: 'started' };
  if (world.children === undefined) return { do: 'look', at: 'children' };
  return decideClaims(situation, world.children.seen ?? []);
}

/**
 * What to do next for one Operation of kind NamespaceRestore: a Restore for each claim, a few at a time. Invariants:
 *  1. The instant is recorded before the first child is made: all children are of one set.
 *  2. A child's name follows from parent and claim: made twice is made once.
 *  3. It ends when every child has; what is missing is told, and a second run picks it up.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { noClusters } from '@soteria/shared/longhorn/own-clusters.ts';
import { isTerminal, type Operation } from '@soteria/shared/operation/schema.ts';
import { advance, refuse, statusOf, succeed, waiting } from '@soteria/shared/operation/status.ts';
import { refusedBecause } from '../longhorn/about-operation.ts';
import type { Action, RestoreFactName } from '../longhorn/action.ts';
import type { Situation } from '../longhorn/decide.ts';
import { childName, childRequest, type NamespacePlan, type PlannedClaim, planNamespace } from './plan-namespace.ts';

/** Children that are open at once: twice what a node may run, so that no slot waits for us. */
const maxOpenChildren = 6;
const maxProblems = 100;

const factOfPhase: Readonly<Record<string, RestoreFactName>> = {
  Succeeded: 'completed',
  Failed: 'failed',
  Cancelled: 'failed',
  Skipped: 'skipped',
};

export function planOfNamespace({
  operation,
  world,
  now,
}: Pick<Situation, 'operation' | 'world' | 'now'>): NamespacePlan {
  return planNamespace({
    operation,
    backups: world.points?.seen ?? [],
    own: world.ownClusters?.seen ?? noClusters,
    claims: world.claims?.seen ?? [],
    asOf: operation.status?.work?.dataAsOf ?? operation.spec.request.asOf ?? now.toISOString(),
  });
}

interface Child {
  readonly claim: PlannedClaim;
  readonly name: string;
  readonly operation: Operation | undefined;
}

function childrenOf({ operation, world }: Situation, plan: NamespacePlan): Child[] {
  const known = new Map((world.children?.seen ?? []).map((child) => [child.metadata.name, child]));
  return plan.claims
    .map((claim) => ({ claim, name: childName(operation, claim) }))
    .map(({ claim, name }) => ({ claim, name, operation: known.get(name) }))
    .filter(({ claim, operation: child }) => child !== undefined || !claim.isThere);
}

function decideBegin(situation: Situation, plan: NamespacePlan): Action {
  const { operation, now } = situation;
  const status = statusOf(operation);
  const { namespace = '', asOf } = operation.spec.request;
  if (plan.claims.length === 0) {
    const why = plan.without.map(({ pvc, why: reason }) => `${pvc}: ${reason}`).join('; ');
    const nothing = new SoteriaError('restore_point_not_found', {
      what: `namespace ${namespace} was not restored`,
      why: why === '' ? 'none of its claims has a restore point' : why,
      fix: `list what there is with GET /v1/backups?namespace=${namespace}`,
    });
    return { do: 'record', status: refuse(status, 'Failed', nothing, now) };
  }
  const work = { attempt: 1, dataAsOf: new Date(asOf ?? now).toISOString() };
  const message = `restoring ${plan.claims.length} claims as of ${work.dataAsOf}`;
  return { do: 'record', status: advance(status, { step: 'claims', progress: 5, message, work }, now) };
}

function decideEnd(situation: Situation, plan: NamespacePlan, children: readonly Child[]): Action {
  const { operation, now } = situation;
  const status = statusOf(operation);
  const { namespace = '' } = operation.spec.request;
  const failed = children.filter(({ operation: child }) => child?.status?.phase !== 'Succeeded');
  const problems = [
    ...failed.map(({ claim, operation: child }) => `${claim.pvc}: ${child?.status?.message ?? 'not restored'}`),
    ...plan.without.map(({ pvc, why }) => `${pvc}: ${why}`),
  ].slice(0, maxProblems);
  const total = plan.claims.length + plan.without.length;
  const done = plan.claims.length - failed.length;
  const counts = {
    claimsRestored: done,
    claimsFailed: failed.length,
    claimsWithoutPoint: plan.without.length,
    problems,
  };
  const dataAsOf = status.work?.dataAsOf;
  const result = { ...counts, ...(dataAsOf === undefined ? {} : { dataAsOf }) };
  if (problems.length === 0) {
    return { do: 'record', status: succeed(status, result, `all ${total} claims of ${namespace} are restored`, now) };
  }
  const partial = new SoteriaError('restore_failed', {
    what: `${done} of ${total} claims of namespace ${namespace} were restored`,
    why: problems.join('; '),
    fix: 'remove the causes and ask again: what is restored already is left as it is',
  });
  return { do: 'record', status: { ...refuse(status, 'Failed', partial, now), result } };
}

function decideChildren(situation: Situation, plan: NamespacePlan): Action {
  const { operation, now } = situation;
  const status = statusOf(operation);
  const children = childrenOf(situation, plan);
  const open = children.filter(({ operation: child }) => child !== undefined && !isTerminal(child.status?.phase));
  if (operation.spec.cancelRequested === true) {
    const asked = open.find(({ operation: child }) => child?.spec.cancelRequested !== true);
    if (asked !== undefined) return { do: 'cancel-child', name: asked.name };
    if (open.length > 0) return { do: 'wait' };
    return { do: 'record', status: refuse(status, 'Cancelled', refusedBecause.cancelled(operation), now) };
  }
  const next = children.find(({ operation: child }) => child === undefined);
  if (next !== undefined && open.length < maxOpenChildren) {
    return { do: 'create-child', name: next.name, request: childRequest(operation, next.claim) };
  }
  const ended = children.length - open.length;
  if (open.length === 0 && next === undefined) return decideEnd(situation, plan, children);
  const reached = 5 + Math.floor((ended * 90) / Math.max(1, children.length));
  const message = `${ended} of ${children.length} claims are done`;
  if (reached > status.progress) {
    return { do: 'record', status: advance(status, { step: 'claims', progress: reached, message }, now) };
  }
  const same = waiting(status, message);
  return same.message === status.message ? { do: 'wait' } : { do: 'record', status: same };
}

export function decideNamespace(situation: Situation): Action {
  const { operation, world } = situation;
  const status = statusOf(operation);
  if (status.settled === true) return { do: 'rest' };
  if (isTerminal(status.phase)) {
    const fact = factOfPhase[status.phase];
    if (fact !== undefined && status.announced?.includes(fact) !== true) return { do: 'announce', fact };
    return { do: 'record', status: { ...status, settled: true } };
  }
  for (const at of ['points', 'ownClusters', 'claims'] as const) if (world[at] === undefined) return { do: 'look', at };
  const plan = planOfNamespace(situation);
  if (status.work === undefined) {
    return operation.spec.cancelRequested === true
      ? { do: 'record', status: refuse(status, 'Cancelled', refusedBecause.cancelled(operation), situation.now) }
      : decideBegin(situation, plan);
  }
  if (status.announced?.includes('started') !== true) return { do: 'announce', fact: 'started' };
  if (world.children === undefined) return { do: 'look', at: 'children' };
  return decideChildren(situation, plan);
}

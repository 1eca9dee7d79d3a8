/** `POST /v1/policies/{id}/prune`: shows what a policy would delete and keep, or records its Prunes. Who may change policies may ask for it. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { PruneAnswer } from '@soteria/shared/http-contract/policy-answers.ts';
import { type PruneRequest, pruneRequest as bodySchema } from '@soteria/shared/http-contract/queries.ts';
import { beginRecorded, recordOnce } from '@soteria/shared/operation/record/record-once.ts';
import { originOfHttp } from '@soteria/shared/operation/record/request-origin.ts';
import { pruneRequest } from '../evaluate/ask-for-prunes.ts';
import type { ClusterSeen } from '../evaluate/gather-claims.ts';
import { lookAtCluster } from '../evaluate/look-at-cluster.ts';
import { planPrunes } from '../evaluate/plan-prunes.ts';
import { resolvePolicy } from '../policy/resolve-policy.ts';
import { advancePrune } from '../prune/advance-prune.ts';
import { digestOfAll, isActionable, needsYes, type PrunePlan } from '../prune/plan-prune.ts';
import { keepText } from '../prune/result-of.ts';
import { readPolicyMemory } from '../store/policy-memory.ts';
import type { PolicyTickTools } from '../tools.ts';
import { findPolicy, mayChange } from './policy-doors.ts';
import { readBody } from './read-body.ts';

/** More Operations of one request would hold up the answer; the next request, or the tick, goes on. */
const maxRecorded = 200;

export interface PruneReply {
  readonly status: 200 | 202;
  readonly body: PruneAnswer;
}

async function planFor(tools: PolicyTickTools, id: string, { namespace, pvc }: PruneRequest, { signal }: Incoming) {
  const book = await tools.policies.read(signal);
  const policies = [resolvePolicy(findPolicy(book, id).policy)];
  const cluster = await tools.loadCluster();
  const [seen, memory] = await Promise.all([
    lookAtCluster(cluster, () => tools.store.list({}, signal), signal),
    readPolicyMemory(tools.client, tools.namespace, signal),
  ]);
  refuseUnknownClaim(id, { namespace, pvc }, seen);
  const all = await planPrunes(cluster, { policies, seen, memory }, signal);
  return all.filter(
    ({ of }) => (namespace === undefined || of.namespace === namespace) && (pvc === undefined || of.pvc === pvc),
  );
}

/** A claim that is gone is known by its points. */
function refuseUnknownClaim(
  id: string,
  { namespace, pvc }: Pick<PruneRequest, 'namespace' | 'pvc'>,
  { claims, points }: ClusterSeen,
): void {
  if (pvc === undefined) return;
  const isHere = claims.some(({ metadata }) => metadata.name === pvc && metadata.namespace === namespace);
  if (isHere || points.some((one) => one.pvc === pvc && one.namespace === namespace)) return;
  throw new SoteriaError('claim_not_found', {
    what: `nothing is pruned by policy ${id}`,
    why: `namespace ${namespace} has no claim ${pvc}, and there is no restore point of such a claim`,
    fix: `correct namespace or pvc; claims with their names: kubectl get pvc -n ${namespace}`,
  });
}

function answerOf({ of, keep, expired, remove, heldBack, digest }: PrunePlan, operation: string | null) {
  return {
    namespace: of.namespace,
    pvc: of.pvc,
    volume: of.volume,
    claim_deleted: of.isDeleted,
    plan: digest,
    delete: remove.map(({ id, at, isRefuted }) => ({ id, data_as_of: at.toISOString(), refuted: isRefuted })),
    later: expired.length - remove.length,
    keep: keep.map(({ id, at, why }) => ({ id, data_as_of: at.toISOString(), why: why.map(keepText) })),
    held_back: heldBack,
    operation,
  };
}

function refuse(id: string, asked: PruneRequest, digest: string, isYesNeeded: boolean): void {
  const what = `nothing is pruned by policy ${id}`;
  const again = 'look at the plan (dry_run), and send its digest, the member plan, as confirm';
  if (asked.confirm !== undefined && asked.confirm !== digest) {
    const why = `what would be deleted is no longer what was confirmed: the plan is ${digest} now`;
    throw new SoteriaError('precondition_failed', { what, why, fix: again }, { details: { plan: digest } });
  }
  if (isYesNeeded && asked.confirm === undefined) {
    const why = 'it is the first prune of the policy, or it deletes more than retention.breaker allows without a yes';
    throw new SoteriaError('confirmation_needed', { what, why, fix: again }, { details: { plan: digest } });
  }
}

export async function askForPrune(
  tools: PolicyTickTools,
  id: string,
  rawBody: unknown,
  incoming: Incoming,
): Promise<PruneReply> {
  const asked = readBody(bodySchema, rawBody, 'the request for a prune is not valid');
  await mayChange(tools, incoming);
  const plans = await planFor(tools, id, asked, incoming);
  const actionable = plans.filter(isActionable);
  const plan = digestOfAll(actionable);
  const isYesNeeded = actionable.some(needsYes);
  const isDryRun = asked.dry_run === true;
  if (!isDryRun) refuse(id, asked, plan, isYesNeeded);
  const recorded = isDryRun ? new Map<PrunePlan, string>() : await record(tools, actionable, asked, incoming);
  const shown = plans.filter(({ remove }) => remove.length > 0 || asked.pvc !== undefined);
  return {
    status: recorded.size > 0 ? 202 : 200,
    body: {
      policy: id,
      dry_run: isDryRun,
      requested_by: incoming.caller.user,
      plan,
      needs_yes: isYesNeeded,
      claims: shown.map((one) => answerOf(one, recorded.get(one) ?? null)),
      unchanged: plans.length - shown.length,
    },
  };
}

/** The names of the Operations. */
async function record(
  tools: PolicyTickTools,
  plans: readonly PrunePlan[],
  { confirm }: PruneRequest,
  incoming: Incoming,
): Promise<ReadonlyMap<PrunePlan, string>> {
  const { store, namespace } = tools;
  const origin = originOfHttp(incoming);
  const names = new Map<PrunePlan, string>();
  for (const plan of plans.slice(0, maxRecorded)) {
    const { pvc, volume } = plan.of;
    const request = { ...pruneRequest(plan), ...(confirm === undefined ? {} : { confirm: plan.digest }) };
    const identity = `${origin.identity}/${plan.of.namespace}/${pvc}/${volume}`;
    const requested = { kind: 'Prune', namespace, subject: pvc, request } as const;
    const { signal } = incoming;
    const made = await recordOnce(store, requested, { ...origin, identity, cause: { id: identity } }, { signal });
    names.set(plan, made.operation.metadata.name);
    // The first one has the sweep come every two minutes; the creation of the others wakes this function.
    if (names.size === 1) {
      await beginRecorded(made, incoming.log, async (ref, beginning) =>
        advancePrune(await tools.loadPrune(), ref, incoming, beginning),
      );
    }
  }
  return names;
}

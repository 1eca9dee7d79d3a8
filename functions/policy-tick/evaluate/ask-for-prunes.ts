/**
 * Records a Prune for each volume of which retention has something to delete. Invariants:
 *  1. The identity of a Prune follows from its plan and from how often it was tried: however often it is looked at, one plan is asked for once. A
 *     Prune that ended and left its plan as it was is asked for again: after an hour, then after twice as long each time, at most after a day.
 *  2. A plan that a yes is missing for is recorded too: its Operation ends as Skipped and says how to say yes. Of a policy that has never pruned
 *     one Operation is enough to say so.
 *  3. A claim whose backup is due or open is pruned after the backup.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { isTerminal, type Operation, type OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { recordOnce } from '@soteria/shared/operation/record/record-once.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import { isActionable, type PrunePlan } from '../prune/plan-prune.ts';
import type { ClusterSources } from './look-at-cluster.ts';
import { isRefusal } from './record-due.ts';
import { planPrunes, type PrunesQuestion } from './plan-prunes.ts';

/** More Operations of one tick would hold up everything else; the next tick goes on. */
const maxPrunes = 200;
const hourMs = 3_600_000;
const longestWaitMs = 24 * hourMs;

export function pruneIdentity({ of: { policy, namespace, pvc, volume }, digest }: PrunePlan): string {
  return `prune/${policy}/${namespace}/${pvc}/${volume}/${digest}`;
}

export function pruneRequest({ of }: PrunePlan): OperationRequest {
  const { policy, namespace, pvc, volume, isDeleted } = of;
  return { namespace, pvc, policy, ...(isDeleted ? { volume } : {}) };
}

interface AskedPlan {
  readonly plan: PrunePlan;
  readonly identity: string;
}

/** By the identity of the plan, without the number of the attempt. */
function attemptsOf(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const prunes = operations.filter(({ spec }) => spec.kind === 'Prune');
  return Map.groupBy(prunes, ({ spec }) => (spec.identity ?? '').replace(attemptForm, '$1'));
}

/** A digest has 24 digits: a shorter number after it counts the attempts. */
const attemptForm = /^(prune\/.+\/[0-9a-f]{24})\/(\d+)$/;

function numberOf({ spec }: Operation): number {
  return Number(attemptForm.exec(spec.identity ?? '')?.[2] ?? 0);
}

/** Undefined: not now. */
function nextIdentity(plan: PrunePlan, attempts: readonly Operation[], now: Date): string | undefined {
  const base = pruneIdentity(plan);
  if (attempts.length === 0) return base;
  if (attempts.some(({ status }) => !isTerminal(status?.phase))) return undefined;
  const last = Math.max(...attempts.map(numberOf));
  const next = `${base}/${last + 1}`;
  const ofLast = attempts.filter((one) => numberOf(one) === last);
  if (ofLast.some(({ status }) => status?.error?.code === 'confirmation_needed')) {
    // A yes to another plan of the policy, or its new rules, may have made this one needless.
    return plan.heldBack.length === 0 ? next : undefined;
  }
  const ended = ofLast.map(({ metadata, status }) => Date.parse(status?.finishedAt ?? metadata.creationTimestamp));
  const waitMs = Math.min(longestWaitMs, hourMs * 2 ** Math.min(last, 10));
  return now.getTime() - Math.max(...ended) >= waitMs ? next : undefined;
}

/** Pure: which of the plans are asked for now. */
export function chooseToAsk(plans: readonly PrunePlan[], operations: readonly Operation[], now: Date): AskedPlan[] {
  const attempts = attemptsOf(operations);
  const reminded = new Set<string>();
  const asked: AskedPlan[] = [];
  for (const plan of plans) {
    const isFirst = plan.heldBack.includes('first_prune_unconfirmed');
    if (!isActionable(plan) || (isFirst && reminded.has(plan.of.policy))) continue;
    if (isFirst) reminded.add(plan.of.policy);
    const identity = nextIdentity(plan, attempts.get(pruneIdentity(plan)) ?? [], now);
    if (identity !== undefined) asked.push({ plan, identity });
  }
  return asked.slice(0, maxPrunes);
}

/** Of these claims a backup is due or open: its prune comes after it, so that a failure of the backup is known by then. */
function awaitingBackup({ seen, due }: AskQuestion): ReadonlySet<string> {
  const open = seen.operations.filter(({ spec, status }) => spec.kind === 'Backup' && !isTerminal(status?.phase));
  return new Set([
    ...due,
    ...open.map(({ metadata, spec }) => `${metadata.namespace ?? ''}/${spec.request.pvc ?? ''}`),
  ]);
}

export interface AskQuestion extends PrunesQuestion {
  /** Claims, as `namespace/claim`, for which this tick asks for a backup. */
  readonly due: ReadonlySet<string>;
}

interface AskTools {
  readonly store: OperationStore;
  readonly namespace: string;
}

export interface PrunesAsked {
  /** Recorded now. */
  readonly made: number;
  readonly refused: readonly SoteriaError[];
}

/** A refusal of one Operation stops no other one. */
export async function askForPrunes(
  { store, namespace }: AskTools,
  sources: Pick<ClusterSources, 'longhorn' | 'holds' | 'now'>,
  question: AskQuestion,
  signal?: AbortSignal,
): Promise<PrunesAsked> {
  const policies = question.policies.filter(({ retention }) => retention !== undefined);
  const plans = await planPrunes(sources, { ...question, policies }, signal);
  if (plans.every(({ remove }) => remove.length === 0)) return { made: 0, refused: [] };
  const waiting = awaitingBackup(question);
  const asked = chooseToAsk(
    plans.filter(({ of }) => !waiting.has(`${of.namespace}/${of.pvc}`)),
    question.seen.operations,
    sources.now(),
  );
  let made = 0;
  const refused: SoteriaError[] = [];
  for (const { plan, identity } of asked) {
    const { policy, pvc } = plan.of;
    const by = { user: `policy ${policy}`, via: 'policy' as const };
    const origin = { identity, mayHaveTwin: true, requestedBy: by, cause: { id: identity }, at: sources.now() };
    try {
      await recordOnce(store, { kind: 'Prune', namespace, subject: pvc, request: pruneRequest(plan) }, origin, {
        signal,
      });
      made += 1;
    } catch (error) {
      if (!(error instanceof SoteriaError && isRefusal(error))) throw error;
      refused.push(error);
    }
  }
  return { made, refused };
}

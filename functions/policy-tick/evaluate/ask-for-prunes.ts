/**
 * Records a Prune for each volume of which retention has something to delete. Invariants:
 *  1. The identity of a Prune follows from its plan: however often it is looked at, one plan is asked for once, as long as its record is kept.
 *  2. A plan that a yes is missing for is recorded too: its Operation ends as Skipped and says how to say yes. Of a policy that has never pruned
 *     one Operation is enough to say so.
 *  3. A claim whose backup is due or open is pruned after the backup.
 */
import { isTerminal, type OperationRequest } from '@soteria/shared/operation/record/schema.ts';
import { recordOnce } from '@soteria/shared/operation/record/record-once.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import { isActionable, type PrunePlan } from '../prune/plan-prune.ts';
import type { ClusterSources } from './look-at-cluster.ts';
import { planPrunes, type PrunesQuestion } from './plan-prunes.ts';

/** More Operations of one tick would hold up everything else; the next tick goes on. */
const maxPrunes = 200;

export function pruneIdentity({ of: { policy, namespace, pvc, volume }, digest }: PrunePlan): string {
  return `prune/${policy}/${namespace}/${pvc}/${volume}/${digest}`;
}

export function pruneRequest({ of }: PrunePlan): OperationRequest {
  const { policy, namespace, pvc, volume, isDeleted } = of;
  return { namespace, pvc, policy, ...(isDeleted ? { volume } : {}) };
}

/** Pure: which of the plans are asked for now. */
export function chooseToAsk(plans: readonly PrunePlan[], known: ReadonlySet<string>): PrunePlan[] {
  const reminded = new Set<string>();
  const asked: PrunePlan[] = [];
  for (const plan of plans) {
    const isFirst = plan.heldBack.includes('first_prune_unconfirmed');
    if (!isActionable(plan) || (isFirst && reminded.has(plan.of.policy))) continue;
    if (isFirst) reminded.add(plan.of.policy);
    if (!known.has(pruneIdentity(plan))) asked.push(plan);
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

/** Answers how many were recorded now. */
export async function askForPrunes(
  { store, namespace }: AskTools,
  sources: Pick<ClusterSources, 'longhorn' | 'holds' | 'now'>,
  question: AskQuestion,
  signal?: AbortSignal,
): Promise<number> {
  const policies = question.policies.filter(({ retention }) => retention !== undefined);
  const plans = await planPrunes(sources, { ...question, policies }, signal);
  if (plans.every(({ remove }) => remove.length === 0)) return 0;
  const recorded = question.seen.operations.filter(({ spec }) => spec.kind === 'Prune');
  const known = new Set(recorded.flatMap(({ spec }) => spec.identity ?? []));
  const waiting = awaitingBackup(question);
  const asked = chooseToAsk(
    plans.filter(({ of }) => !waiting.has(`${of.namespace}/${of.pvc}`)),
    known,
  );
  for (const plan of asked) {
    const { policy, pvc } = plan.of;
    const identity = pruneIdentity(plan);
    await recordOnce(
      store,
      { kind: 'Prune', namespace, subject: pvc, request: pruneRequest(plan) },
      {
        identity,
        mayHaveTwin: true,
        requestedBy: { user: `policy ${policy}`, via: 'policy' },
        cause: { id: identity },
        at: sources.now(),
      },
      { signal },
    );
  }
  return asked.length;
}

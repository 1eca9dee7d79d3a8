/**
 * One tick over the policies that were read: looks at the cluster, decides, asks for the backups that are due, and leaves one record of every claim.
 * Invariants:
 *  1. What is asked for is recorded under a name that follows from policy, claim and due instant: a second tick, pod or ping meets "already exists".
 *  2. Misses are reported before the coverage that holds them is written: a process that dies in between reports them again, under the same ids.
 *  3. Without policies, and without the memory of former ones, the cluster is not read at all.
 */
import { announceFact } from '@soteria/shared/events/announce-fact.ts';
import { factId } from '@soteria/shared/events/event-id.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { totalsOf } from '@soteria/shared/coverage/coverage-record.ts';
import { resolvePolicy } from '../policy/resolve-policy.ts';
import { keepPingSources } from '../ping-sources/keep-ping-sources.ts';
import { decideTick, type TickDecision, type ToldTransition } from '../tick/decide-tick.ts';
import type { PolicyTickTools } from '../tools.ts';
import { askForPrunes } from './ask-for-prunes.ts';
import { createCoverageStore, decodeAll } from '@soteria/shared/coverage/coverage-store.ts';
import { gatherClaims } from './gather-claims.ts';
import { findHindrance, lookAtCluster } from './look-at-cluster.ts';
import { recordBackups, recordTests } from './record-due.ts';
import { coverageWithRefusals } from './refused-dues.ts';
import { markEvaluated, type PolicyMemory, rememberPolicies, writePolicyMemory } from '../store/policy-memory.ts';
import type { PolicyBook } from '../policy/stored-policies.ts';
import type { Evaluated } from './evaluate-policies.ts';

/** More Operations of one tick would hold up everything else; the next tick goes on. */
const maxAsked = 200;
/** So many restore tests that policies asked for are open at once; the function restore runs fewer at a time. */
const maxOpenTests = 10;
/** A claim without a policy counts as looked after by others while their newest point is younger. */
const othersFreshMs = 26 * 3_600_000;

export interface ReadForTick {
  readonly book: PolicyBook;
  readonly memory: ReadonlyMap<string, PolicyMemory>;
  /** Names of the PingSources for policies. */
  readonly pings: readonly string[];
}

export async function evaluateCluster(
  tools: PolicyTickTools,
  { signal, log }: Pick<Incoming, 'signal' | 'log'>,
  { book, memory, pings: present }: ReadForTick,
  listOperations: () => Promise<readonly Operation[]>,
): Promise<Evaluated> {
  const { client, namespace, now: clock } = tools;
  const store = createCoverageStore(client, namespace);
  const policies = book.policies.map(({ policy }) => resolvePolicy(policy));
  const pings = await keepPingSources(client, namespace, policies, signal, present);
  if (policies.length === 0 && memory.size === 0) return { overdue: 0 };

  const cluster = await tools.loadCluster();
  const [seen, before] = await Promise.all([lookAtCluster(cluster, listOperations, signal), store.read(signal)]);
  // After the restore points: what was written meanwhile is seen.
  const isAsked = policies.some(({ isUnchangedSkipped }) => isUnchangedSkipped);
  const unchanged = isAsked ? await (await import('./read-unchanged.ts')).readUnchanged(cluster, signal) : undefined;
  // After everything was read: what became true since is found by the next tick.
  const now = clock();
  const hindrance = await findHindrance(
    cluster,
    {
      isPaused: await tools.isPaused(signal),
      pointCount: seen.points.length,
      recordedPoints: seen.operations.some(
        ({ spec, status }) => spec.kind === 'Backup' && status?.phase === 'Succeeded',
      ),
    },
    signal,
  );
  const known = rememberPolicies(
    memory,
    policies.map(({ id }) => id),
    new Set(),
    now,
  );
  const recorded = decodeAll(before);
  const { namespaces, newestAt: newest, open, bytesReadToday } = gatherClaims(seen, now, unchanged);
  const decision = decideTick({
    now,
    policies,
    policiesSince: new Map([...known].map(([id, { since }]) => [id, since])),
    namespaces,
    ...(hindrance === undefined ? {} : { hindrance }),
    free: maxAsked,
    tests: { free: Math.max(0, maxOpenTests - open), bytesReadToday },
    lastServedAt: new Map([...known].flatMap(([id, { servedAt }]) => (servedAt === undefined ? [] : [[id, servedAt]]))),
    othersFreshMs,
    before: (name) => recorded.records.get(name),
  });
  // First, so that a policy that is new now is not new once more after a crash.
  await writePolicyMemory(
    client,
    namespace,
    rememberPolicies(known, [...known.keys()], servedBy(decision), now),
    signal,
  );
  const byId = new Map(policies.map((one) => [one.id, one]));
  const asked = await recordBackups(tools.store, decision.ask, byId, signal);
  const tests = await recordTests(tools.store, decision.askTests, byId, signal);
  const due = new Set(decision.ask.map(({ namespace: of, claim }) => `${of}/${claim}`));
  const prunes =
    hindrance === undefined
      ? await askForPrunes(tools, cluster, { policies, seen, memory: known, due }, signal)
      : { made: 0, refused: [] };
  const refused = [...[...asked.refused, ...tests.refused].map(({ error }) => error), ...prunes.refused];
  const [firstRefused] = refused;
  if (firstRefused !== undefined) {
    const { code, explanation } = firstRefused;
    log.warn('operations_refused', { count: refused.length, code, ...explanation });
  }
  for (const transition of decision.transitions) await report(tools, transition, { signal, log });
  const records = coverageWithRefusals(decision.coverage, { backups: asked.refused, tests: tests.refused });
  // While a target is away its points are not listed: what was known of them stays.
  const formerly = hindrance === undefined ? undefined : recorded.newestAt;
  const newestAt = (of: string, claim: string) => newest(of, claim) ?? formerly?.(of, claim);
  const written = await store.write(before, { records, newestAt }, signal);
  // Last: only what is complete counts as an evaluation.
  if (policies.length > 0) await markEvaluated(client, namespace, now, signal);
  const { missed: overdue } = totalsOf(decision.coverage.values());
  log.info('policies_evaluated', {
    policies: policies.length,
    disabled: book.faults.length,
    asked: asked.made,
    tests: tests.made,
    refused: refused.length,
    prunes: prunes.made,
    hindrance: hindrance?.code,
    transitions: decision.transitions.length,
    overdue,
    pingSources: pings.created + pings.removed,
    written,
  });
  return { overdue };
}

const servedBy = ({ ask }: TickDecision): ReadonlySet<string> => new Set(ask.map(({ policy }) => policy));

async function report(
  { publisher }: PolicyTickTools,
  { event, namespace, claim, policy, since }: ToldTransition,
  { signal, log }: Pick<Incoming, 'signal' | 'log'>,
): Promise<void> {
  const type = `dev.soteria.expectation.${event}.v1` as const;
  const data = { namespace, pvc: claim, since, ...(policy === undefined ? {} : { policy }) };
  const id = factId(`${namespace}/${claim}`, `${event}:${since}`);
  await announceFact({ publisher, log }, { id, type, subject: `${namespace}/${claim}`, data }, signal);
}

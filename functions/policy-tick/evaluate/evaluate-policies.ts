/**
 * One tick: reads the policies and what is remembered of them, and evaluates them over the cluster. Without policies, without the memory of former
 * ones and without PingSources for them, nothing else is read, and nothing that decides is loaded.
 */
import type { Incoming } from '@soteria/shared/function/contract.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { listPingSources } from '../ping-sources/list-ping-sources.ts';
import { readPolicyMemory } from '../store/policy-memory.ts';
import type { PolicyTickTools } from '../tools.ts';

export interface Evaluated {
  /** Claims whose objective is missed. */
  readonly overdue: number;
}

/** `listOperations`: left out, they are read here. */
export async function evaluatePolicies(
  tools: PolicyTickTools,
  { signal, log }: Incoming,
  listOperations: () => Promise<readonly Operation[]> = () => tools.store.list({}, signal),
): Promise<Evaluated> {
  const { client, namespace } = tools;
  const [book, memory, pings] = await Promise.all([
    tools.policies.read(signal),
    readPolicyMemory(client, namespace, signal),
    listPingSources(client, namespace, signal),
  ]);
  // Where it stands, and not why: a reason may quote what a Secret holds.
  for (const { id, source } of book.faults) log.warn('policy_disabled', { policy: id, ...source });
  if (book.policies.length === 0 && memory.size === 0 && pings.length === 0) return { overdue: 0 };
  const { evaluateCluster } = await import('./evaluate-cluster.ts');
  return evaluateCluster(tools, { signal, log }, { book, memory, pings }, listOperations);
}

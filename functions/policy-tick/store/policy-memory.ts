/**
 * What is remembered of each policy between ticks: since when it is there, when it last had a turn, and when a prune of it first deleted
 * anything; and when the last evaluation was complete. One ConfigMap. The tick writes it, and a prune that has succeeded: neither loses what the
 * other has written.
 */
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { updateConfigMap } from '@soteria/shared/kubernetes/update-config-map.ts';
import { evaluatedKey, policyMemoryName } from '@soteria/shared/coverage/last-evaluation.ts';
import * as z from 'zod';

const remembered = z.object({
  since: z.iso.datetime(),
  servedAt: z.iso.datetime().optional(),
  prunedAt: z.iso.datetime().optional(),
});

export interface PolicyMemory {
  readonly since: Date;
  readonly servedAt?: Date;
  /** Left out: the first prune of the policy waits for a yes. */
  readonly prunedAt?: Date;
}

function parse(text: string): PolicyMemory | undefined {
  try {
    const { since, servedAt, prunedAt } = remembered.parse(JSON.parse(text));
    return {
      since: new Date(since),
      ...(servedAt === undefined ? {} : { servedAt: new Date(servedAt) }),
      ...(prunedAt === undefined ? {} : { prunedAt: new Date(prunedAt) }),
    };
  } catch {
    return undefined;
  }
}

export async function readPolicyMemory(
  client: KubernetesClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, PolicyMemory>> {
  const config = await client.get(configMaps, { namespace, name: policyMemoryName }, { signal });
  return new Map(
    Object.entries(config?.data ?? {}).flatMap(([id, text]) => {
      const memory = parse(text);
      return memory === undefined ? [] : [[id, memory] as const];
    }),
  );
}

/** Pure: a policy that was not there is there since now; one that is gone is forgotten. */
export function rememberPolicies(
  known: ReadonlyMap<string, PolicyMemory>,
  ids: readonly string[],
  served: ReadonlySet<string>,
  now: Date,
): ReadonlyMap<string, PolicyMemory> {
  return new Map(
    ids.map((id) => {
      const before = known.get(id) ?? { since: now };
      return [id, served.has(id) ? { ...before, servedAt: now } : before];
    }),
  );
}

const textOf = ({ since, servedAt, prunedAt }: PolicyMemory): string =>
  JSON.stringify({
    since: since.toISOString(),
    ...(servedAt === undefined ? {} : { servedAt: servedAt.toISOString() }),
    ...(prunedAt === undefined ? {} : { prunedAt: prunedAt.toISOString() }),
  });

/** A prune may have succeeded since the memory was read. */
function withPrunedAt(one: PolicyMemory, present: string | undefined): PolicyMemory {
  const { prunedAt } = (present === undefined ? undefined : parse(present)) ?? {};
  return prunedAt === undefined ? one : { ...one, prunedAt };
}

/** Writes only what has changed. */
export async function writePolicyMemory(
  client: KubernetesClient,
  namespace: string,
  memory: ReadonlyMap<string, PolicyMemory>,
  signal?: AbortSignal,
): Promise<void> {
  await updateConfigMap(
    client,
    { namespace, name: policyMemoryName },
    (present) => {
      const texts = Object.fromEntries([...memory].map(([id, one]) => [id, textOf(withPrunedAt(one, present[id]))]));
      const evaluated = present[evaluatedKey];
      // Without policies nothing is evaluated any more.
      const data = evaluated === undefined || memory.size === 0 ? texts : { ...texts, [evaluatedKey]: evaluated };
      return sameData(present, data) ? { answer: undefined } : { data, answer: undefined };
    },
    signal,
  );
}

/** Again changes nothing. */
export async function notePruned(
  client: KubernetesClient,
  namespace: string,
  { id, at }: { readonly id: string; readonly at: Date },
  signal?: AbortSignal,
): Promise<void> {
  await updateConfigMap(
    client,
    { namespace, name: policyMemoryName },
    (present) => {
      const known = (present[id] === undefined ? undefined : parse(present[id])) ?? { since: at };
      if (known.prunedAt !== undefined) return { answer: undefined };
      return { data: { ...present, [id]: textOf({ ...known, prunedAt: at }) }, answer: undefined };
    },
    signal,
  );
}

export async function markEvaluated(
  client: KubernetesClient,
  namespace: string,
  at: Date,
  signal?: AbortSignal,
): Promise<void> {
  await updateConfigMap(
    client,
    { namespace, name: policyMemoryName },
    (present) => ({ data: { ...present, [evaluatedKey]: at.toISOString() }, answer: undefined }),
    signal,
  );
}

function sameData(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

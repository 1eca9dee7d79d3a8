/** What is remembered of each policy between ticks: since when it is there, and when it last had a turn. One ConfigMap. */
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { updateConfigMap } from '@soteria/shared/kubernetes/update-config-map.ts';
import * as z from 'zod';

const remembered = z.object({ since: z.iso.datetime(), servedAt: z.iso.datetime().optional() });

export interface PolicyMemory {
  readonly since: Date;
  readonly servedAt?: Date;
}

export const policyMemoryName = 'soteria-policy-memory';

function parse(text: string): PolicyMemory | undefined {
  try {
    const { since, servedAt } = remembered.parse(JSON.parse(text));
    return { since: new Date(since), ...(servedAt === undefined ? {} : { servedAt: new Date(servedAt) }) };
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

const textOf = ({ since, servedAt }: PolicyMemory): string =>
  JSON.stringify({
    since: since.toISOString(),
    ...(servedAt === undefined ? {} : { servedAt: servedAt.toISOString() }),
  });

/** Writes only what has changed. */
export async function writePolicyMemory(
  client: KubernetesClient,
  namespace: string,
  memory: ReadonlyMap<string, PolicyMemory>,
  signal?: AbortSignal,
): Promise<void> {
  const data = Object.fromEntries([...memory].map(([id, one]) => [id, textOf(one)]));
  await updateConfigMap(
    client,
    { namespace, name: policyMemoryName },
    (present) => (sameData(present, data) ? { answer: undefined } : { data, answer: undefined }),
    signal,
  );
}

function sameData(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

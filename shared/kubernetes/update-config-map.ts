/** Changing a ConfigMap that several processes write: read, change, write with its resourceVersion, and retry when another process was faster. */
import { SoteriaError } from '../errors.ts';
import type { KubernetesClient } from './client.ts';
import { type ConfigMap, configMaps } from './core-types.ts';

export type ConfigData = Readonly<Record<string, string>>;

export interface ConfigChange<T> {
  /** Left out: nothing is to be written. */
  readonly data?: ConfigData | undefined;
  readonly answer: T;
}

interface Named {
  readonly namespace: string;
  readonly name: string;
}

const maxConflicts = 8;

/** The ConfigMap as last written: one write instead of a read and a write, as long as no other process writes. */
export interface ConfigMemory {
  config?: ConfigMap | undefined;
}

/**
 * Makes the ConfigMap when there is none. Throws `cluster_conflict` when others write all the time. With a memory, what is remembered
 * counts only if it can be written: that nothing is to be written is always decided from what is there.
 */
export async function updateConfigMap<T>(
  client: KubernetesClient,
  ref: Named,
  change: (data: ConfigData) => ConfigChange<T>,
  signal?: AbortSignal,
  memory: ConfigMemory = {},
): Promise<T> {
  for (let conflicts = 0; ;) {
    const remembered = memory.config;
    const config = remembered ?? (await client.get(configMaps, ref, { signal }));
    const { data, answer } = change(config?.data ?? {});
    memory.config = undefined;
    if (data === undefined && remembered !== undefined) continue;
    if (data === undefined) {
      memory.config = config;
      return answer;
    }
    try {
      memory.config = await write(client, ref, config, data, signal);
      return answer;
    } catch (error) {
      if (!wasFaster(error) || conflicts >= maxConflicts) throw error;
      // That what was remembered is old says nothing of how many write.
      if (remembered === undefined) conflicts += 1;
    }
  }
}

function write(
  client: KubernetesClient,
  ref: Named,
  config: ConfigMap | undefined,
  data: ConfigData,
  signal: AbortSignal | undefined,
): Promise<ConfigMap> {
  if (config !== undefined) return client.replace(configMaps, { ...config, data: { ...data } }, { signal });
  const metadata = { ...ref, labels: { 'app.kubernetes.io/part-of': 'soteria' } };
  return client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { ...data } }, { signal });
}

/** Another process wrote, created or deleted the ConfigMap between our read and our write. */
function wasFaster(error: unknown): boolean {
  if (!(error instanceof SoteriaError)) return false;
  return error.code === 'cluster_conflict' || error.code === 'name_conflict' || error.code === 'not_found';
}

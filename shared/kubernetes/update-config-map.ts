/** Changing a ConfigMap that several processes write: read, change, write with its resourceVersion, and again when somebody was faster. */
import { SoteriaError } from '../errors.ts';
import type { KubernetesClient } from './client.ts';
import { configMaps } from './core-types.ts';

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

/** Makes the ConfigMap when there is none. Throws `cluster_conflict` when others write all the time. */
export async function updateConfigMap<T>(
  client: KubernetesClient,
  ref: Named,
  change: (data: ConfigData) => ConfigChange<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let conflicts = 0; ; conflicts += 1) {
    const config = await client.get(configMaps, ref, { signal });
    const { data, answer } = change(config?.data ?? {});
    if (data === undefined) return answer;
    const metadata = { ...ref, labels: { 'app.kubernetes.io/part-of': 'soteria' } };
    try {
      if (config === undefined) {
        await client.create(
          configMaps,
          { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { ...data } },
          { signal },
        );
      } else await client.replace(configMaps, { ...config, data: { ...data } }, { signal });
      return answer;
    } catch (error) {
      if (!wasFaster(error) || conflicts >= maxConflicts) throw error;
    }
  }
}

/** Somebody wrote, made or removed it between our look and our write. */
function wasFaster(error: unknown): boolean {
  if (!(error instanceof SoteriaError)) return false;
  return error.code === 'cluster_conflict' || error.code === 'name_conflict' || error.code === 'not_found';
}

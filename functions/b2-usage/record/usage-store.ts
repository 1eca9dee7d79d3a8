/** Stores usage in two ConfigMaps of Soteria's namespace; a write needs the version that was read. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { type ConfigMap, configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import type * as z from 'zod';
import { type Progress, progressShape } from './progress.ts';
import { halveOwners } from './history.ts';
import { emptyRecord, recordShape, type UsageRecord } from './usage-record.ts';

/** A value and the version in which it was read. */
export interface Kept<T> {
  readonly value: T;
  /** Undefined: the ConfigMap does not exist yet. */
  readonly object: ConfigMap | undefined;
}

export interface UsageStore {
  readRecord(signal?: AbortSignal): Promise<Kept<UsageRecord>>;
  /** Throws `cluster_conflict` or `name_conflict` when another process wrote meanwhile. */
  writeRecord(kept: Kept<UsageRecord>, signal?: AbortSignal): Promise<Kept<UsageRecord>>;
  readProgress(signal?: AbortSignal): Promise<Kept<Progress | undefined>>;
  writeProgress(kept: Kept<Progress>, signal?: AbortSignal): Promise<Kept<Progress>>;
  removeProgress(kept: Kept<Progress>, signal?: AbortSignal): Promise<void>;
}

export const recordName = 'soteria-b2-usage';
export const progressName = 'soteria-b2-measuring';
const dataKey = 'json';
/** A ConfigMap holds 1 MiB at most. */
const maxLength = 900 * 1024;

export function createUsageStore(client: KubernetesClient, namespace: string): UsageStore {
  async function read<T>(
    name: string,
    shape: z.ZodType<T>,
    signal: AbortSignal | undefined,
  ): Promise<Kept<T | undefined>> {
    const object = await client.get(configMaps, { namespace, name }, { signal });
    return { object, value: shape.safeParse(parse(object?.data?.[dataKey])).data };
  }

  async function write<T>(name: string, { value, object }: Kept<T>, text: string, signal: AbortSignal | undefined) {
    const data = { [dataKey]: text };
    const written =
      object === undefined
        ? await client.create(
            configMaps,
            {
              apiVersion: 'v1',
              kind: 'ConfigMap',
              metadata: { name, namespace, labels: { 'app.kubernetes.io/part-of': 'soteria' } },
              data,
            },
            { signal },
          )
        : await client.replace(configMaps, { ...object, data }, { signal });
    return { value, object: written };
  }

  return {
    async readRecord(signal) {
      const { value, object } = await read(recordName, recordShape, signal);
      return { value: value ?? emptyRecord(), object };
    },
    writeRecord: (kept, signal) => {
      const value = fitting(kept.value);
      return write(recordName, { ...kept, value }, JSON.stringify(value), signal);
    },
    readProgress: (signal) => read(progressName, progressShape, signal),
    writeProgress: (kept, signal) => {
      const text = JSON.stringify(kept.value);
      if (text.length > maxLength) throw tooLarge(progressName);
      return write(progressName, kept, text, signal);
    },
    async removeProgress({ object }, signal) {
      if (object === undefined) return;
      const { uid, resourceVersion } = object.metadata;
      await client.delete(configMaps, { namespace, name: progressName }, { uid, resourceVersion, signal });
    },
  };
}

/** A record that cannot be parsed (an older version, an edit by hand) counts as missing: the bucket is measured again. */
function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Shortens the history first. */
function fitting(record: UsageRecord): UsageRecord {
  if (JSON.stringify(record).length <= maxLength) return record;
  const history = halveOwners(record.history);
  if (history === undefined) throw tooLarge(recordName);
  return fitting({ ...record, history });
}

function tooLarge(name: string): SoteriaError {
  return new SoteriaError('unprocessable', {
    what: `ConfigMap ${name} was not written`,
    why: 'the buckets hold more volumes and prefixes than one record can name',
    fix: 'name fewer buckets or a prefix in SOTERIA_B2_BUCKETS',
  });
}

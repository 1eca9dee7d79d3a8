/**
 * The coverage of all claims, and what is remembered of policies, in ConfigMaps of fixed names: Kubernetes can grant the writing of named objects, but not
 * of all that begin alike. Sixteen of them, by a hash of the namespace, so that one namespace's change writes a sixteenth.
 */
import type { KubernetesClient } from '../kubernetes/client.ts';
import { configMaps } from '../kubernetes/core-types.ts';
import { updateConfigMap } from '../kubernetes/update-config-map.ts';
import { shortHash } from '../short-hash.ts';
import type { NamespaceCoverage } from './coverage-record.ts';
import { decodeCoverage, encodeCoverage } from './encode-coverage.ts';

const shards = Array.from({ length: 16 }, (_, index) => index.toString(16));
const nameOf = (shard: string): string => `soteria-coverage-${shard}`;
/** Of which ConfigMap a namespace is. */
const shardOf = (namespace: string): string => shortHash(namespace, 1);

/** An object may have 1 MiB, its metadata included. */
const maxShardBytes = 960 * 1024;

export interface Coverage {
  readonly records: ReadonlyMap<string, NamespaceCoverage>;
  /** The data of the newest restorable point of a claim. */
  readonly newestAt: (namespace: string, claim: string) => Date | undefined;
}

export interface CoverageStore {
  /** Text by namespace, as stored. */
  read(signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Writes only what has changed; namespaces that are gone are dropped. Answers how many ConfigMaps were written. */
  write(before: ReadonlyMap<string, string>, coverage: Coverage, signal?: AbortSignal): Promise<number>;
}

export function createCoverageStore(client: KubernetesClient, namespace: string): CoverageStore {
  return {
    async read(signal) {
      const found = await Promise.all(
        shards.map((shard) => client.get(configMaps, { namespace, name: nameOf(shard) }, { signal })),
      );
      return new Map(found.flatMap((config) => Object.entries(config?.data ?? {})));
    },
    async write(before, coverage, signal) {
      const next = new Map([...coverage.records.keys()].map((name) => [name, encodeOne(coverage, name)]));
      const changed = new Set(
        [...before.keys(), ...next.keys()].filter((name) => before.get(name) !== next.get(name)).map(shardOf),
      );
      for (const shard of changed) {
        const data = Object.fromEntries([...next].filter(([name]) => shardOf(name) === shard));
        const fitting = fitInto(data, coverage);
        await updateConfigMap(
          client,
          { namespace, name: nameOf(shard) },
          () => ({ data: fitting, answer: undefined }),
          signal,
        );
      }
      return changed.size;
    },
  };
}

/** Where the namespaces of a shard are too large together, each gets an equal part. */
function fitInto(data: Readonly<Record<string, string>>, coverage: Coverage): Record<string, string> {
  const bytes = Object.values(data).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= maxShardBytes) return { ...data };
  const part = Math.floor(maxShardBytes / Object.keys(data).length);
  return Object.fromEntries(Object.keys(data).map((name) => [name, encodeOne(coverage, name, part)]));
}

function encodeOne({ records, newestAt }: Coverage, namespace: string, maxBytes?: number): string {
  return encodeCoverage(records.get(namespace) ?? new Map(), maxBytes, (claim) => newestAt(namespace, claim));
}

export function decodeAll(stored: ReadonlyMap<string, string>): Coverage {
  const decoded = new Map([...stored].map(([name, text]) => [name, decodeCoverage(text)]));
  return {
    records: new Map([...decoded].map(([name, { records }]) => [name, records])),
    newestAt: (namespace, claim) => decoded.get(namespace)?.newestAt.get(claim),
  };
}

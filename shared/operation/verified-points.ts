/**
 * The last proved restore point of each claim, by itself: one ConfigMap that outlives the operations that proved them, for whoever
 * decides what may be deleted and what is fresh. Each write carries the resourceVersion it was read with.
 */
import * as z from 'zod';
import { SoteriaError } from '../errors.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { type ConfigMap, configMaps } from '../kubernetes/core-types.ts';
import { claimHash } from './names.ts';

export const verifiedName = 'soteria-verified';
const maxConflicts = 8;

const verifiedPoint = z.looseObject({
  namespace: z.string(),
  pvc: z.string(),
  /** Id. */
  point: z.string(),
  verifiedAt: z.iso.datetime(),
  dataAsOf: z.string().optional(),
  /** How far the proof goes: mounts, counts, checksums, application. */
  strength: z.string().optional(),
  /** From the request to a readable claim: what a recovery takes. */
  totalMs: z.int().optional(),
});
export type VerifiedPoint = z.infer<typeof verifiedPoint>;

export interface VerifiedPoints {
  list(signal?: AbortSignal): Promise<readonly VerifiedPoint[]>;
  /** The same again, and an older one, change nothing. Throws `cluster_conflict` when others write all the time. */
  keep(point: VerifiedPoint, signal?: AbortSignal): Promise<void>;
}

function parse(text: string): VerifiedPoint | undefined {
  try {
    return verifiedPoint.safeParse(JSON.parse(text)).data;
  } catch {
    // Written by hand, or by another version: it proves nothing.
    return undefined;
  }
}

function wasFaster(error: unknown): boolean {
  return error instanceof SoteriaError && ['cluster_conflict', 'name_conflict', 'not_found'].includes(error.code);
}

/** `namespace`: Soteria's own. */
export function createVerifiedPoints(client: KubernetesClient, namespace: string): VerifiedPoints {
  const ref = { namespace, name: verifiedName };

  async function write(config: ConfigMap | undefined, data: Record<string, string>, signal?: AbortSignal) {
    if (config !== undefined) return client.replace(configMaps, { ...config, data }, { signal });
    const metadata = { ...ref, labels: { 'app.kubernetes.io/part-of': 'soteria' } };
    return client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }, { signal });
  }

  return {
    async list(signal) {
      const config = await client.get(configMaps, ref, { signal });
      return Object.values(config?.data ?? {})
        .map(parse)
        .filter((one) => one !== undefined);
    },
    async keep(point, signal) {
      const key = claimHash(point.namespace, point.pvc);
      for (let conflicts = 0; ; conflicts += 1) {
        const config = await client.get(configMaps, ref, { signal });
        const known = parse(config?.data?.[key] ?? '');
        if (known !== undefined && known.verifiedAt >= point.verifiedAt) return;
        try {
          await write(config, { ...config?.data, [key]: JSON.stringify(point) }, signal);
          return;
        } catch (error) {
          if (!wasFaster(error) || conflicts >= maxConflicts) throw error;
        }
      }
    },
  };
}

/** The last verdict of a self-test, by itself: it outlives the operation, because it is what tells an operator that Soteria may be relied on. */
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { updateConfigMap } from '@soteria/shared/kubernetes/update-config-map.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import * as z from 'zod';
import { storageClassOf } from './about-self-test.ts';

export const selfTestName = 'soteria-selftest';
const key = 'last';

const selfTestVerdict = z.looseObject({
  operation: z.string(),
  outcome: z.enum(['passed', 'failed']),
  at: z.iso.datetime(),
  why: z.string(),
  storageClass: z.string().optional(),
  longhornVersion: z.string().optional(),
  totalMs: z.int().optional(),
});
export type SelfTestVerdict = z.infer<typeof selfTestVerdict>;

export interface SelfTestVerdicts {
  /** The same again, and an older one, change nothing. Throws `cluster_conflict` when others write all the time. */
  keep(verdict: SelfTestVerdict, signal?: AbortSignal): Promise<void>;
  last(signal?: AbortSignal): Promise<SelfTestVerdict | undefined>;
}

function parse(text: string | undefined): SelfTestVerdict | undefined {
  try {
    return selfTestVerdict.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    // Written by hand, or by another version: no verdict.
    return undefined;
  }
}

/** `namespace`: Soteria's own. */
export function createVerdicts(client: KubernetesClient, namespace: string): SelfTestVerdicts {
  const ref = { namespace, name: selfTestName };
  return {
    keep: (verdict, signal) =>
      updateConfigMap(
        client,
        ref,
        (data) => {
          const known = parse(data[key]);
          const isOlder = known !== undefined && known.at >= verdict.at;
          return isOlder
            ? { answer: undefined }
            : { data: { ...data, [key]: JSON.stringify(verdict) }, answer: undefined };
        },
        signal,
      ),
    last: async (signal) => parse((await client.get(configMaps, ref, { signal }))?.data?.[key]),
  };
}

/** Undefined for what came to no verdict: it was cancelled, or never began. Pure. */
export function verdictOf(operation: Operation): SelfTestVerdict | undefined {
  const { phase, finishedAt, message = '', result } = operation.status ?? {};
  if (finishedAt === undefined || (phase !== 'Succeeded' && phase !== 'Failed')) return undefined;
  const { longhornVersion, totalMs } = result?.selfTest ?? {};
  return {
    operation: operation.metadata.name,
    outcome: phase === 'Succeeded' ? 'passed' : 'failed',
    at: finishedAt,
    why: message,
    storageClass: storageClassOf(operation),
    ...(longhornVersion === undefined ? {} : { longhornVersion }),
    ...(totalMs === undefined ? {} : { totalMs }),
  };
}

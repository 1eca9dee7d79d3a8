/**
 * Points that people keep, by their ids: one ConfigMap. The label `soteria.dev/hold` on a Backup holds it too, but Longhorn loses the label when
 * it reads the Backup from the target again; what stands here is not lost.
 */
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { updateConfigMap } from '@soteria/shared/kubernetes/update-config-map.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import * as z from 'zod';

export const holdsName = 'soteria-holds';

const hold = z.looseObject({ point: z.string().min(1), by: z.string(), at: z.string(), reason: z.string().optional() });
export type Hold = z.infer<typeof hold>;

/** An id holds what the key of a ConfigMap may not. */
const keyOf = (point: string): string => shortHash(point, 24);

function parse(text: string): Hold | undefined {
  try {
    return hold.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export interface Holds {
  /** By the id of the point. */
  list(signal?: AbortSignal): Promise<ReadonlyMap<string, Hold>>;
  /** Again is success, and changes nothing. */
  keep(hold: Hold, signal?: AbortSignal): Promise<void>;
  /** A hold that is not there is success. */
  release(point: string, signal?: AbortSignal): Promise<void>;
}

/** `namespace`: Soteria's own. */
export function createHolds(client: KubernetesClient, namespace: string): Holds {
  const ref = { namespace, name: holdsName };
  return {
    async list(signal) {
      const data = (await client.get(configMaps, ref, { signal }))?.data ?? {};
      // Written by hand as `<anything>: <id>`: the text itself is the point.
      const found = Object.values(data).map((text) => parse(text) ?? { point: text.trim(), by: 'unknown', at: '' });
      return new Map(found.map((one) => [one.point, one]));
    },
    keep(one, signal) {
      const key = keyOf(one.point);
      return updateConfigMap(
        client,
        ref,
        (data) =>
          data[key] === undefined
            ? { data: { ...data, [key]: JSON.stringify(one) }, answer: undefined }
            : { answer: undefined },
        signal,
      );
    },
    release(point, signal) {
      return updateConfigMap(
        client,
        ref,
        (data) => {
          const isOf = (text: string) => (parse(text)?.point ?? text.trim()) === point;
          const left = Object.entries(data).filter(([, text]) => !isOf(text));
          return left.length === Object.keys(data).length
            ? { answer: undefined }
            : { data: Object.fromEntries(left), answer: undefined };
        },
        signal,
      );
    },
  };
}

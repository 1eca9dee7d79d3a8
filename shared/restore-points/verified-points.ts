/**
 * What restore tests have proved and refuted, claim by claim. It outlives the operations, because pruning and freshness are decided from
 * it. Sixteen ConfigMaps, a claim's place being the first digit of its hash: one alone would be full at three
 * thousand claims. Each write carries the resourceVersion it was read with.
 */
import type { KubernetesClient } from '../kubernetes/client.ts';
import { configMaps } from '../kubernetes/core-types.ts';
import { type ConfigData, updateConfigMap } from '../kubernetes/update-config-map.ts';
import { addJudgement, type ClaimProof, claimProof, type Judgement, lastVerified } from './claim-proof.ts';
import { claimHash } from '../operation/record/names.ts';

/** The roles name each of them: `deploy/knative/base/{backup,restore}/rights.yaml`. */
export const verifiedNames = Array.from('0123456789abcdef', (digit) => `soteria-verified-${digit}`);

/** Kubernetes takes 1 MiB; then the claims go that were judged longest ago. */
const maxShardBytes = 900_000;

/** The last proved point of a claim. */
export interface VerifiedPoint {
  readonly namespace: string;
  readonly pvc: string;
  /** Id. */
  readonly point: string;
  readonly verifiedAt: string;
  readonly dataAsOf?: string | undefined;
  readonly strength?: string | undefined;
  readonly totalMs?: number | undefined;
}

export interface ClaimJudgement extends Judgement {
  readonly namespace: string;
  readonly pvc: string;
}

export interface VerifiedPoints {
  /** For each claim, its last proved point that was not refuted since. */
  list(signal?: AbortSignal): Promise<readonly VerifiedPoint[]>;
  /** Every judgement that is kept. */
  proofs(signal?: AbortSignal): Promise<readonly ClaimProof[]>;
  proofOf(namespace: string, pvc: string, signal?: AbortSignal): Promise<ClaimProof | undefined>;
  /** The same again, and an older one, change nothing. Throws `cluster_conflict` when others write all the time. */
  keep(judged: ClaimJudgement, signal?: AbortSignal): Promise<void>;
}

function parse(text: string): ClaimProof | undefined {
  try {
    return claimProof.safeParse(JSON.parse(text)).data;
  } catch {
    // Written by hand, or by another version: it proves nothing.
    return undefined;
  }
}

function parseAll(data: ConfigData): ClaimProof[] {
  return Object.values(data).flatMap((text) => parse(text) ?? []);
}

const judgedAt = (text: string): string => parse(text)?.points[0]?.at ?? '';

/** As many as there is room for, the youngest first; `key` always stays. */
function fitting(data: ConfigData, key: string): ConfigData {
  const sizes = Object.entries(data).map(([name, text]) => [name, name.length + Buffer.byteLength(text)] as const);
  let tooMuch = sizes.reduce((sum, [, size]) => sum + size, 0) - maxShardBytes;
  if (tooMuch <= 0) return data;
  const kept = { ...data };
  const oldestFirst = sizes.toSorted(([a], [b]) => judgedAt(data[a] ?? '').localeCompare(judgedAt(data[b] ?? '')));
  for (const [name, size] of oldestFirst) {
    if (tooMuch <= 0) break;
    if (name === key) continue;
    delete kept[name];
    tooMuch -= size;
  }
  return kept;
}

/** Of each claim, its last proved point that was not refuted since. */
export function verifiedOf(proofs: readonly ClaimProof[]): VerifiedPoint[] {
  return proofs.flatMap((proof) => {
    const last = lastVerified(proof);
    if (last === undefined) return [];
    const { point, at: verifiedAt, dataAsOf, strength, totalMs } = last;
    return [{ namespace: proof.namespace, pvc: proof.pvc, point, verifiedAt, dataAsOf, strength, totalMs }];
  });
}

/** `namespace`: Soteria's own. */
export function createVerifiedPoints(client: KubernetesClient, namespace: string): VerifiedPoints {
  const nameOf = (key: string) => `soteria-verified-${key.slice(0, 1)}`;

  async function read(name: string, signal: AbortSignal | undefined): Promise<ConfigData> {
    return (await client.get(configMaps, { namespace, name }, { signal }))?.data ?? {};
  }

  async function proofs(signal?: AbortSignal): Promise<readonly ClaimProof[]> {
    return (await Promise.all(verifiedNames.map((name) => read(name, signal)))).flatMap(parseAll);
  }

  return {
    proofs,
    list: async (signal) => verifiedOf(await proofs(signal)),
    async proofOf(ofNamespace, pvc, signal) {
      const key = claimHash(ofNamespace, pvc);
      return parse((await read(nameOf(key), signal))[key] ?? '');
    },
    keep({ namespace: ofNamespace, pvc, ...judged }, signal) {
      const key = claimHash(ofNamespace, pvc);
      return updateConfigMap(
        client,
        { namespace, name: nameOf(key) },
        (data) => {
          const known = parse(data[key] ?? '') ?? { namespace: ofNamespace, pvc, points: [] };
          const next = addJudgement(known, judged);
          if (next === undefined) return { answer: undefined };
          return { data: fitting({ ...data, [key]: JSON.stringify(next) }, key), answer: undefined };
        },
        signal,
      );
    },
  };
}

/** Reads what problems are found in: the coverage that is stored, the Operations, and the dead letters. */
import { decodeAll, type CoverageStore } from '@soteria/shared/coverage/coverage-store.ts';
import { readLastEvaluation } from '@soteria/shared/coverage/last-evaluation.ts';
import { reasonOf } from '@soteria/shared/coverage/reasons.ts';
import { deadLettersName } from '@soteria/shared/events/dead-letters.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { configMaps } from '@soteria/shared/kubernetes/core-types.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import * as z from 'zod';
import type { ClaimCoverage, EndedOperation } from './cluster-state.ts';
import { type ClusterState, keyOf } from './find-problems.ts';

export interface StateSources {
  readonly client: KubernetesClient;
  readonly store: Pick<OperationStore, 'each'>;
  readonly coverage: Pick<CoverageStore, 'read'>;
  readonly namespace: string;
}

export async function gatherState(sources: StateSources, signal: AbortSignal): Promise<ClusterState> {
  const [texts, ended, deadLetters, evaluation] = await Promise.all([
    sources.coverage.read(signal),
    lastEnded(sources.store, signal),
    readDeadLetters(sources, signal),
    readLastEvaluation(sources.client, sources.namespace, signal),
  ]);
  const { records, newestAt } = decodeAll(texts);
  const claims = new Map(
    [...records].flatMap(([namespace, ofNamespace]) =>
      [...ofNamespace].map(([pvc, record]): [string, ClaimCoverage] => {
        const { code, policy, detail, missedSince } = record;
        const { why, fix } = reasonOf(code);
        return [
          `${namespace}/${pvc}`,
          {
            namespace,
            pvc,
            policy,
            code,
            why,
            fix,
            detail,
            missedSince,
            newestAt: newestAt(namespace, pvc)?.toISOString(),
          },
        ];
      }),
    ),
  );
  return { claims, ended, deadLetters, evaluation };
}

/** Of each subject and kind, the Operation that ended last: as many as there are subjects are in memory, not as there are Operations. */
async function lastEnded(store: StateSources['store'], signal: AbortSignal): Promise<Map<string, EndedOperation>> {
  const last = new Map<string, EndedOperation>();
  for await (const operation of store.each({}, signal)) {
    const ended = endedOf(operation);
    if (ended === undefined) continue;
    const before = last.get(keyOf(ended));
    if (before === undefined || before.finishedAt < ended.finishedAt) last.set(keyOf(ended), ended);
  }
  return last;
}

/** Undefined: it has not ended, or its end says nothing of its subject (it was cancelled, or nothing was to be done). */
export function endedOf(operation: Operation): EndedOperation | undefined {
  const { metadata, spec, status } = operation;
  const outcome = outcomeOf(operation);
  if (outcome === undefined || status?.finishedAt === undefined) return undefined;
  const { namespace, pvc } = sourceRefOf(operation);
  const { policy } = spec.request;
  return {
    kind: spec.kind,
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    subject: pvc === '' ? (spec.kind === 'SelfTest' ? 'the self-test' : namespace) : `${namespace}/${pvc}`,
    ...(policy === undefined ? {} : { policy }),
    finishedAt: status.finishedAt,
    outcome,
    ...(status.error === undefined ? {} : { error: status.error }),
    hasFailedChildren: (status.result?.problems?.length ?? 0) > 0,
  };
}

function outcomeOf({ spec, status }: Operation): EndedOperation['outcome'] | undefined {
  const { phase, result, error } = status ?? {};
  if (result?.proof?.outcome === 'refuted') return 'refuted';
  if (phase === 'Succeeded') return 'good';
  if (phase === 'Failed') return 'failed';
  // A prune that waits for a person's yes is refused until then.
  return phase === 'Skipped' && spec.kind === 'Prune' && error?.code === 'confirmation_needed' ? 'failed' : undefined;
}

const letter = z.looseObject({ at: z.string(), event: z.looseObject({ type: z.string() }) });

async function readDeadLetters(
  { client, namespace }: StateSources,
  signal: AbortSignal,
): Promise<ClusterState['deadLetters']> {
  const box = await client.get(configMaps, { namespace, name: deadLettersName }, { signal });
  const times = Object.values(box?.data ?? {}).flatMap((text) => timeOf(text) ?? []);
  return { count: times.length, since: times.toSorted()[0] };
}

function timeOf(text: string): string | undefined {
  try {
    const found = letter.safeParse(JSON.parse(text)).data;
    // The next ping does what this one should have done.
    return found?.event.type === 'dev.knative.sources.ping' ? undefined : found?.at;
  } catch {
    return undefined;
  }
}

/** The facts of a prune, from the record as it is stored. */
import { announceFact, type FactTools } from '@soteria/shared/events/announce-fact.ts';
import { factId } from '@soteria/shared/events/event-id.ts';
import type { OutgoingEvent } from '@soteria/shared/events/outgoing.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { PruneFact } from './world.ts';

/** Pure; the id is the same however often it is sent. */
export function pruneFactOf(operation: Operation, fact: PruneFact): OutgoingEvent {
  const { namespace, pvc } = sourceRefOf(operation);
  const { metadata, spec, status } = operation;
  const { work, result, error } = status ?? {};
  const optional = { volume: work?.volume, kept: result?.keptCount, plan: work?.planDigest, error };
  return {
    id: factId(metadata.uid, fact),
    type: `dev.soteria.prune.${fact}.v1`,
    subject: `${namespace}/${pvc}`,
    time: status?.finishedAt === undefined ? undefined : new Date(status.finishedAt),
    data: {
      operation: metadata.name,
      policy: spec.request.policy ?? '',
      namespace,
      pvc,
      deleted: (work?.gone ?? []).length,
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    },
    correlationId: spec.cause?.correlationId ?? metadata.uid,
    causationId: spec.cause?.id,
  };
}

export function createPruneAnnounce(tools: FactTools) {
  return (operation: Operation, fact: PruneFact, signal: AbortSignal | undefined): Promise<void> =>
    announceFact(tools, pruneFactOf(operation, fact), signal);
}

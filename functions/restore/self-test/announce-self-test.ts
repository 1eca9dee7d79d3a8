/** The facts of a self-test, from the record as it is stored. */
import { announceFact, type FactTools } from '@soteria/shared/events/announce-fact.ts';
import { factId } from '@soteria/shared/events/event-id.ts';
import type { OutgoingEvent } from '@soteria/shared/events/outgoing.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { claimNames, storageClassOf } from './about-self-test.ts';
import type { SelfTestFact } from './world.ts';

/** Pure; the id is the same however often it is sent. */
export function selfTestFactOf(operation: Operation, fact: SelfTestFact): OutgoingEvent {
  const { metadata, spec, status } = operation;
  const { longhornVersion, totalMs } = status?.result?.selfTest ?? {};
  return {
    id: factId(metadata.uid, fact),
    type: `dev.soteria.selftest.${fact}.v1`,
    subject: `${metadata.namespace ?? ''}/${claimNames(operation).source}`,
    time: status?.finishedAt === undefined ? undefined : new Date(status.finishedAt),
    data: {
      operation: metadata.name,
      storage_class: storageClassOf(operation),
      ...(longhornVersion === undefined ? {} : { longhorn_version: longhornVersion }),
      ...(totalMs === undefined ? {} : { total_ms: totalMs }),
      ...(status?.error === undefined ? {} : { error: status.error }),
    },
    correlationId: spec.cause?.correlationId ?? metadata.uid,
    causationId: spec.cause?.id,
  };
}

export function createSelfTestAnnounce(tools: FactTools) {
  return (operation: Operation, fact: SelfTestFact, signal: AbortSignal | undefined): Promise<void> =>
    announceFact(tools, selfTestFactOf(operation, fact), signal);
}

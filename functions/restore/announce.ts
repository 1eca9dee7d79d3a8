/** The facts this function sends, from the record as it is stored. */
import { announceFact, type FactTools } from '@soteria/shared/events/announce-fact.ts';
import { factId } from '@soteria/shared/events/event-id.ts';
import type { OutgoingEvent } from '@soteria/shared/events/outgoing.ts';
import { sourceRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { RestoreFactName } from '../../drivers/restore/action.ts';

/** A restore test ends in a verdict. Its progress is reported as that of any restore. */
function typeOf({ spec, status }: Operation, fact: RestoreFactName): OutgoingEvent['type'] {
  if (spec.kind !== 'RestoreTest' || fact === 'started' || fact === 'skipped') return `dev.soteria.restore.${fact}.v1`;
  // Cancelled, refused, or without a verdict: nothing is said of the point.
  return `dev.soteria.restoretest.${status?.result?.proof?.outcome ?? 'inconclusive'}.v1`;
}

/** Pure; the id is the same however often it is sent. */
export function factOf(operation: Operation, fact: RestoreFactName): OutgoingEvent {
  const { namespace, pvc } = sourceRefOf(operation);
  const { metadata, spec, status } = operation;
  const { result, error, work } = status ?? {};
  const optional = {
    target_namespace: result?.claimNamespace ?? work?.claimNamespace,
    target_pvc: result?.claim ?? work?.claim,
    volume: result?.volume ?? work?.volume,
    backup: result?.backup ?? work?.backup,
    restore_point: result?.restorePoint ?? work?.restorePoint,
    data_as_of: result?.dataAsOf ?? work?.dataAsOf,
    restore_ms: result?.restoreMs,
    verify_ms: result?.proof?.verifyMs,
    total_ms: result?.proof?.totalMs,
    outcome: result?.proof?.outcome,
    why: result?.proof?.why,
    strength: result?.proof?.strength,
    weaker: result?.proof?.weaker,
    files: result?.proof?.files,
    bytes: result?.proof?.bytes,
    error,
  };
  const happenedAt = fact === 'started' ? status?.startedAt : status?.finishedAt;
  return {
    id: factId(metadata.uid, fact),
    type: typeOf(operation, fact),
    subject: pvc === '' ? namespace : `${namespace}/${pvc}`,
    time: happenedAt === undefined ? undefined : new Date(happenedAt),
    data: {
      operation: metadata.name,
      kind: spec.kind,
      namespace,
      pvc,
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    },
    correlationId: spec.cause?.correlationId ?? metadata.uid,
    causationId: spec.cause?.id,
  };
}

export function createAnnounce(tools: FactTools) {
  return (operation: Operation, fact: RestoreFactName, signal: AbortSignal | undefined): Promise<void> =>
    announceFact(tools, factOf(operation, fact), signal);
}

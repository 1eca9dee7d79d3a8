/** The facts this function sends, from the record as it is stored. */
import { announceFact, type FactTools } from '@soteria/shared/events/announce-fact.ts';
import { factId } from '@soteria/shared/events/event-id.ts';
import type { OutgoingEvent } from '@soteria/shared/events/outgoing.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import { claimRefOf } from '@soteria/shared/operation/record/claim-ref.ts';
import type { DriverName } from '@soteria/shared/operation/kinds/drivers.ts';
import type { BackupFact } from '../../drivers/backup/action.ts';

/** Pure; the id is the same however often it is sent. */
export function factOf(operation: Operation, fact: BackupFact, driver: DriverName): OutgoingEvent {
  const { namespace, pvc } = claimRefOf(operation);
  const { metadata, spec, status } = operation;
  const { result, error, work } = status ?? {};
  const optional = {
    volume: result?.volume ?? work?.volume,
    backup: result?.backup ?? work?.backup,
    restore_point: result?.restorePoint,
    reused: result?.reused,
    data_as_of: result?.dataAsOf,
    size_bytes: result?.sizeBytes,
    uploaded_bytes: result?.uploadedBytes,
    error,
  };
  const happenedAt = fact === 'started' ? status?.startedAt : status?.finishedAt;
  return {
    id: factId(metadata.uid, fact),
    type: `dev.soteria.backup.${fact}.v1`,
    subject: `${namespace}/${pvc}`,
    time: happenedAt === undefined ? undefined : new Date(happenedAt),
    data: {
      operation: metadata.name,
      namespace,
      pvc,
      driver,
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    },
    correlationId: spec.cause?.correlationId ?? metadata.uid,
    causationId: spec.cause?.id,
  };
}

export function createAnnounce(tools: FactTools) {
  return (operation: Operation, fact: BackupFact, driver: DriverName, signal: AbortSignal | undefined): Promise<void> =>
    announceFact(tools, factOf(operation, fact, driver), signal);
}

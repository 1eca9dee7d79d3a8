/** `dev.soteria.operation.due.v1`: asks the function that moves an operation to look at it now. */
import { factId } from './event-id.ts';
import type { Publisher } from './publish.ts';
import type { Operation } from '../operation/record/schema.ts';

export interface WakeCause {
  /** Id of the event that led here: waking twice because of one event is waking once. */
  readonly causationId: string;
  readonly traceparent?: string | undefined;
}

export async function publishDue(
  publisher: Publisher,
  operation: Operation,
  { causationId, traceparent }: WakeCause,
  signal?: AbortSignal,
): Promise<void> {
  const { name, namespace = '', uid } = operation.metadata;
  const { kind, cause } = operation.spec;
  await publisher.publish(
    {
      id: factId(uid, `due:${causationId}`),
      type: 'dev.soteria.operation.due.v1',
      subject: `${namespace}/${name}`,
      data: { namespace, name, kind },
      correlationId: cause?.correlationId ?? uid,
      causationId,
      traceparent,
      extensions: { name, operationkind: kind.toLowerCase() },
    },
    signal,
  );
}

/**
 * The repair of every lost event: each open Operation is pointed out to the function that moves it, each one that ended a day
 * ago is purged. Correctness rests on this and on nothing faster.
 */
import { factId } from '@soteria/shared/events/event-id.ts';
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import type { PolicyTickTools } from '../app.ts';
import { decideSweep } from './decide-sweep.ts';

async function wake(
  { publisher }: PolicyTickTools,
  operation: Operation,
  event: ReceivedEvent,
  { signal, traceparent }: Incoming,
) {
  const { name, namespace = '', uid } = operation.metadata;
  const { kind, cause } = operation.spec;
  await publisher.publish(
    {
      id: factId(uid, `due:${event.id}`),
      type: 'dev.soteria.operation.due.v1',
      subject: `${namespace}/${name}`,
      data: { namespace, name, kind },
      correlationId: cause?.correlationId ?? uid,
      causationId: event.id,
      traceparent,
      extensions: { name, operationkind: kind.toLowerCase() },
    },
    signal,
  );
}

export async function sweepOperations(tools: PolicyTickTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const { store, now } = tools;
  const counts = { wake: 0, purge: 0, leave: 0 };
  for (const operation of await store.list({}, incoming.signal)) {
    const action = decideSweep(operation, now());
    counts[action] += 1;
    if (action === 'wake') await wake(tools, operation, event, incoming);
    if (action === 'purge') await store.withdraw(operation, incoming.signal);
  }
  incoming.log.info('swept', { woken: counts.wake, purged: counts.purge, left: counts.leave });
}

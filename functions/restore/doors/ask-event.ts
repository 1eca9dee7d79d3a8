/**
 * `dev.soteria.restore.requested.v1`: what is well formed is recorded and acknowledged, also when it is refused; the record says
 * why. Only what cannot be recorded at all is answered with an error.
 */
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { advanceOperation } from '../advance.ts';
import { askForRestore, imagined, type Wish, wishOfNamespace, wishOfRestore } from '../ask.ts';
import { lookAlong } from '../plan.ts';
import type { RestoreTools } from '../tools.ts';
import { parseRestoreRequest } from './ask-http.ts';
import { parseNamespaceRequest } from './ask-namespace.ts';
import { authorizePoint, authorizeWish, requestedBy } from './authorize-restore.ts';

export async function askByEvent(tools: RestoreTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const request = parseRestoreRequest(event.data);
  const wish = wishOfRestore(request);
  await authorizeWish(tools, wish, incoming);
  const claim = `${wish.namespace}/${wish.subject}`;
  if (request.dry_run === true) {
    incoming.log.info('restore_request_dry_run', { claim });
    return;
  }
  const at = event.time ?? incoming.receivedAt;
  let mayTakeAny = false;
  if (request.backup_url !== undefined) {
    const operation = imagined(wish, at);
    mayTakeAny = await authorizePoint(tools, operation, await lookAlong(tools, operation, incoming.signal), incoming);
  }
  await record(tools, { wish, event, incoming, mayTakeAny });
}

/** `dev.soteria.namespacerestore.requested.v1`: the same for every claim of a namespace. */
export async function askForNamespaceByEvent(
  tools: RestoreTools,
  event: ReceivedEvent,
  incoming: Incoming,
): Promise<void> {
  const request = parseNamespaceRequest(event.data);
  const wish = wishOfNamespace(request);
  await authorizeWish(tools, wish, incoming);
  if (request.dry_run === true) {
    incoming.log.info('restore_request_dry_run', { claim: `${wish.namespace}/${wish.subject}` });
    return;
  }
  await record(tools, { wish, event, incoming, mayTakeAny: false });
}

interface AskedByEvent {
  readonly wish: Wish;
  readonly event: ReceivedEvent;
  readonly incoming: Incoming;
  readonly mayTakeAny: boolean;
}

async function record(tools: RestoreTools, { wish, event, incoming, mayTakeAny }: AskedByEvent): Promise<void> {
  const correlationId = event.extensions['correlationid'];
  const asked = await askForRestore(
    tools.store,
    {
      ...wish,
      identity: `event:${event.source}|${event.id}`,
      isRepeatable: true,
      isNameFixed: event.time !== undefined,
      requestedBy: requestedBy(incoming, 'event', mayTakeAny),
      cause: { source: event.source, id: event.id, ...(correlationId === undefined ? {} : { correlationId }) },
      at: event.time ?? incoming.receivedAt,
    },
    incoming.signal,
  );
  const { namespace, name } = asked.operation.metadata;
  incoming.log.info('restore_requested', {
    claim: `${wish.namespace}/${wish.subject}`,
    operation: name,
    how: asked.how,
  });
  const beginning = asked.how === 'new' ? { operation: asked.operation } : {};
  await advanceOperation(tools, { namespace, name }, incoming, beginning);
}

/**
 * `dev.soteria.restore.requested.v1`: what is well formed is recorded and acknowledged, also when it is refused; the record says
 * why. Only what cannot be recorded at all is answered with an error.
 */
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { advanceOperation } from '../advance.ts';
import { askForRestore, imagined, wishOfRestore } from '../ask.ts';
import { lookAlong } from '../plan.ts';
import type { RestoreTools } from '../tools.ts';
import { parseRestoreRequest } from './ask-http.ts';
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
      at,
    },
    incoming.signal,
  );
  const { namespace, name } = asked.operation.metadata;
  incoming.log.info('restore_requested', { claim, operation: name, how: asked.how });
  const beginning = asked.how === 'new' ? { operation: asked.operation } : {};
  await advanceOperation(tools, { namespace, name }, incoming, beginning);
}

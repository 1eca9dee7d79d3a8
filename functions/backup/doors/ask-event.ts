/**
 * `dev.soteria.backup.requested.v1`: what is well formed is recorded and acknowledged, also when it is refused; the record says
 * why. Only what cannot be recorded at all is answered with an error.
 */
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { originOfEvent } from '@soteria/shared/operation/record/request-origin.ts';
import { imagined } from '@soteria/shared/operation/record/requested-operation.ts';
import { advanceOperation } from '../advance.ts';
import { askForBackup, requestedBackup } from '../ask.ts';
import { driverOf } from '../claim/driver-of.ts';
import { lookAhead } from '../claim/plan.ts';
import type { BackupTools } from '../tools.ts';
import { parseBackupRequest } from './ask-http.ts';
import { limitUnsigned } from './limit-unsigned.ts';

export async function askByEvent(tools: BackupTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const request = parseBackupRequest(event.data);
  const claim = `${request.namespace}/${request.pvc}`;
  const isUnsigned = incoming.caller.proof === 'none';
  if (!isUnsigned) await tools.authorize(incoming.caller, { verb: 'create', namespace: request.namespace });
  if (request.dry_run === true) {
    incoming.log.info('backup_request_dry_run', { claim });
    return;
  }
  const origin = originOfEvent(event, incoming);
  // Where nobody has to prove anything, an event proves no less than a request.
  if (isUnsigned && tools.settings.authRequired) {
    await limitUnsigned(tools, request, origin.identity, incoming.signal);
  }
  // Meanwhile, not afterwards. What cannot be seen now is looked at again when it begins.
  const begun = imagined(requestedBackup(request), origin.at);
  const driver = driverOf(tools.drivers, tools.rules, begun);
  const looked = lookAhead(tools, driver, begun, incoming.signal).catch(() => ({}));
  const asked = await askForBackup(tools.store, { request, ...origin }, incoming.signal);
  const { operation } = asked;
  const { namespace, name } = operation.metadata;
  const world = { ...(await looked), ...asked.seen };
  incoming.log.info('backup_requested', { claim, operation: name, how: asked.how });
  await advanceOperation(tools, { namespace, name }, incoming, {
    operation,
    isMade: asked.how === 'new',
    seen: () => world,
  });
}

/**
 * `dev.soteria.restore.requested.v1`: what is well formed is recorded and acknowledged, also when it is refused; the record says
 * why. Only what cannot be recorded at all is answered with an error.
 */
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import { originOfEvent } from '@soteria/shared/operation/record/request-origin.ts';
import type { Origin, RequestedOperation } from '@soteria/shared/operation/record/requested-operation.ts';
import { advanceOperation } from '../advance.ts';
import { imaginedRestore, requestedNamespaceRestore, requestedRestore } from '../ask.ts';
import { driverOf } from '../claim/driver-of.ts';
import { lookAlong } from '../plan.ts';
import type { RestoreTools } from '../tools.ts';
import { parseRestoreRequest, record } from './ask-http.ts';
import { parseNamespaceRequest } from './ask-namespace.ts';
import { authorizePoint, authorizeRequested, withRightToAny } from './authorize-restore.ts';

export async function askByEvent(tools: RestoreTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const request = parseRestoreRequest(event.data);
  const requested = requestedRestore(request);
  await authorizeRequested(tools, requested, incoming);
  if (request.dry_run === true) return noteDryRun(requested, incoming);
  const origin = originOfEvent(event, incoming);
  let mayTakeAny = false;
  if (request.backup_url !== undefined) {
    const operation = imaginedRestore(requested, origin.at);
    const driver = driverOf(tools.drivers, operation);
    const world = await lookAlong(tools, driver, operation, incoming.signal);
    mayTakeAny = await authorizePoint(tools, driver, { operation, world }, incoming);
  }
  await recordAndMove(tools, requested, withRightToAny(origin, mayTakeAny), incoming);
}

/** `dev.soteria.namespacerestore.requested.v1`: the same for every claim of a namespace. */
export async function askForNamespaceByEvent(
  tools: RestoreTools,
  event: ReceivedEvent,
  incoming: Incoming,
): Promise<void> {
  const request = parseNamespaceRequest(event.data);
  const requested = requestedNamespaceRestore(request);
  await authorizeRequested(tools, requested, incoming);
  if (request.dry_run === true) return noteDryRun(requested, incoming);
  await recordAndMove(tools, requested, originOfEvent(event, incoming), incoming);
}

function noteDryRun({ namespace, subject }: RequestedOperation, { log }: Incoming): void {
  log.info('restore_request_dry_run', { claim: `${namespace}/${subject}` });
}

async function recordAndMove(
  tools: RestoreTools,
  requested: RequestedOperation,
  origin: Origin,
  incoming: Incoming,
): Promise<void> {
  const { operation, how } = await record(tools, requested, origin, incoming);
  const { namespace, name } = operation.metadata;
  const claim = `${requested.namespace}/${requested.subject}`;
  incoming.log.info('restore_requested', { claim, operation: name, how });
  const beginning = how === 'new' ? { operation, isMade: true } : {};
  await advanceOperation(tools, { namespace, name }, incoming, beginning);
}

/**
 * `dev.soteria.backup.requested.v1`: what is well formed is recorded and acknowledged, also when it is refused; the record says
 * why. Only what cannot be recorded at all is answered with an error.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { BackupRequest } from '@soteria/shared/events/catalogue.ts';
import type { Incoming, ReceivedEvent } from '@soteria/shared/function/contract.ts';
import type { Operation } from '@soteria/shared/operation/schema.ts';
import { advanceOperation } from '../advance.ts';
import { askForBackup, imagined, isJoinable, isRepeatOf, requestOf } from '../ask.ts';
import { lookAhead } from '../longhorn/plan.ts';
import type { BackupTools } from '../tools.ts';
import { parseBackupRequest } from './ask-http.ts';

/** An unsigned sender may ask for one backup of a claim a minute. */
const unsignedIntervalMs = 60_000;

/** What it joins costs nothing; all else would be one more backup, also while others still wait. */
function refuseTooMany(peers: readonly Operation[], request: BackupRequest, now: Date): void {
  const recent = peers.find(
    (peer) =>
      peer.spec.requestedBy?.user === 'anonymous' &&
      peer.spec.requestedBy.via === 'event' &&
      !isJoinable(peer, requestOf(request)) &&
      now.getTime() - Date.parse(peer.metadata.creationTimestamp) < unsignedIntervalMs,
  );
  if (recent === undefined) return;
  throw new SoteriaError(
    'rate_limited',
    {
      what: `claim ${request.namespace}/${request.pvc} was not backed up`,
      why: `unsigned events may ask for one backup a minute; ${recent.metadata.name} was the last`,
      fix: 'wait a minute, or sign the event',
    },
    { retryAfterSeconds: 60 },
  );
}

export async function askByEvent(tools: BackupTools, event: ReceivedEvent, incoming: Incoming): Promise<void> {
  const request = parseBackupRequest(event.data);
  const claim = `${request.namespace}/${request.pvc}`;
  const isUnsigned = incoming.caller.proof === 'none';
  if (!isUnsigned) await tools.authorize(incoming.caller, { verb: 'create', namespace: request.namespace });
  if (request.dry_run === true) {
    incoming.log.info('backup_request_dry_run', { claim });
    return;
  }
  const identity = `event:${event.source}|${event.id}`;
  // Where nobody has to prove anything, an event proves no less than a request.
  if (isUnsigned && tools.settings.authRequired) {
    const peers = await tools.store.listOfClaim(request.namespace, request.pvc, incoming.signal);
    if (!peers.some(isRepeatOf(identity))) refuseTooMany(peers, request, tools.now());
  }
  const at = event.time ?? incoming.receivedAt;
  // Meanwhile, not afterwards. What cannot be seen now is looked at again when it begins.
  const looked = lookAhead(tools, imagined(request, at), incoming.signal).catch(() => ({}));
  const asked = await askForBackup(
    tools.store,
    {
      request,
      identity,
      mayHaveTwin: event.time === undefined,
      requestedBy: { user: incoming.caller.user, via: 'event' },
      cause: {
        source: event.source,
        id: event.id,
        ...(event.extensions['correlationid'] === undefined
          ? {}
          : { correlationId: event.extensions['correlationid'] }),
      },
      at,
    },
    incoming.signal,
  );
  const { operation } = asked;
  const { namespace, name } = operation.metadata;
  const world = { ...(await looked), ...asked.seen };
  incoming.log.info('backup_requested', { claim, operation: name, how: asked.how });
  await advanceOperation(tools, { namespace, name }, incoming, { operation, seen: () => world });
}

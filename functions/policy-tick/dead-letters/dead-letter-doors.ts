/** `GET /v1/dead-letters` and `POST /v1/dead-letters/{id}/replay`: the events that no function accepted, and sending one of them again. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { noQuery } from '@soteria/shared/http-contract/queries.ts';
import { type Query, readQuery } from '../doors/read-query.ts';
import type { PolicyTickTools } from '../tools.ts';
import type { DeadLetter } from './letter.ts';

function viewOf({ id, at, reason, event, isCut, count }: DeadLetter) {
  const { type, source, id: eventId, subject, time, data } = event;
  return {
    id,
    at,
    reason,
    count,
    replayable: !isCut,
    event: { type, source, id: eventId, subject: subject ?? null, time: time ?? null, data: data ?? null },
  };
}

export async function listDeadLetters(tools: PolicyTickTools, query: Query, { caller, signal }: Incoming) {
  readQuery(noQuery, query);
  // An event may be about any namespace: who reads them all must be allowed to see all.
  await tools.authorize(caller, { verb: 'list' }, signal);
  return { items: (await tools.letters.list(signal)).map(viewOf) };
}

/** Sends the event again, with the present time and without any signature: a replay gives a request no more rights than it had. */
export async function replayDeadLetter(tools: PolicyTickTools, id: string, { caller, signal, log }: Incoming) {
  await tools.authorize(caller, { verb: 'create' }, signal);
  const letter = (await tools.letters.list(signal)).find((one) => one.id === id);
  if (letter === undefined) {
    throw new SoteriaError('not_found', {
      what: `dead letter ${id.slice(0, 64)} was not found`,
      why: 'only the newest are kept, and one that was replayed is kept no longer',
      fix: 'list what there is with GET /v1/dead-letters',
    });
  }
  if (letter.isCut) {
    throw new SoteriaError('unprocessable', {
      what: `dead letter ${id} cannot be replayed`,
      why: 'it was larger than 64 KiB, or one of its texts was too long or not readable: not all of it was kept as it was sent',
      fix: `have its sender ${letter.event.source} send it again`,
    });
  }
  await tools.resend(letter.event, signal);
  // The event may have been refused and kept again by now: a Broker redelivers within 20 ms.
  await tools.letters.remove(letter, signal);
  log.info('dead_letter_replayed', { ce_type: letter.event.type, ce_id: letter.event.id, user: caller.user });
  return { ...viewOf(letter), replayed: true };
}

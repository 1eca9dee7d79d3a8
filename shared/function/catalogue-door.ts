/** `POST /`: events of the catalogue. After the envelope, in this order: texts, type, sender, time, data, handler. */
import { SoteriaError } from '../errors.ts';
import type { EventDefinition } from '../operation/kinds/kind.ts';
import { eventCatalogue } from '../events/catalogue.ts';
import { readEventData, refuseExpired, refuseUnreadable } from '../events/check-event.ts';
import type { RawEvent } from '../events/receive.ts';
import type { EventHandler, FunctionDefinition } from './contract.ts';
import type { Caller } from '../identity/caller.ts';
import type { Door } from './door.ts';
import type { RequestHeaders } from '../http/request-headers.ts';
import { eventDoor, isCatalogued } from './event-door.ts';
import type { KitTools } from './incoming.ts';
import { mayBeUnsigned } from '../events/may-be-unsigned.ts';

export function catalogueDoor(on: FunctionDefinition['on'], tools: KitTools): Door {
  async function callerOf(
    event: RawEvent,
    rule: EventDefinition['unsigned'],
    headers: RequestHeaders,
    signal: AbortSignal,
  ): Promise<Caller> {
    const data = event.sent.kind === 'json' ? event.sent.value : undefined;
    const caller = await tools.authenticate({ door: 'event', headers, signal, event: { ...event, data } });
    const { unsignedEvents } = tools.settings;
    if (caller.proof !== 'none' || mayBeUnsigned(rule, unsignedEvents)) return caller;
    throw new SoteriaError('unauthenticated', {
      what: `the event of type ${event.type} was rejected`,
      why: `nothing proves who sent it, and SOTERIA_UNSIGNED_EVENTS is ${unsignedEvents}`,
      fix: 'ask by HTTP with a token, or create an Operation; an event may ask for this only when it is signed',
    });
  }

  return eventDoor(async (event, headers, { signal, receivedAt, traceparent, log }) => {
    refuseUnreadable(event);
    const { type, definition, handler } = choose(event.type, on);
    const caller = await callerOf(event, definition.unsigned, headers, signal);
    refuseExpired(definition, event, receivedAt);
    const { id, source, subject, time, extensions } = event;
    const received = { id, source, type, subject, time, extensions, data: readEventData(definition, event) };
    await handler(received, { caller, signal, receivedAt, traceparent, log });
  }, tools);
}

function choose(type: string, on: FunctionDefinition['on']) {
  const handler: EventHandler | undefined = isCatalogued(type) ? on[type] : undefined;
  if (isCatalogued(type) && handler !== undefined) return { type, handler, definition: eventCatalogue[type] };
  throw new SoteriaError('unprocessable', {
    what: `this function does not handle events of type ${type.slice(0, 200)}`,
    why: 'the filter of a Trigger lets too much through, or sender and function are of different versions',
    fix: 'compare the filter of the Trigger with the event catalogue',
  });
}

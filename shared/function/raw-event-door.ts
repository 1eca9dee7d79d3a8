/**
 * A door for events of any type with any data, such as dead letters: what was refused elsewhere for being unsigned, too old, too large
 * or malformed must not be refused again here, or it is lost.
 */
import { SoteriaError } from '../errors.ts';
import { type RawEvent, receiveEvent } from '../events/receive.ts';
import type { AnyEventHandler } from './contract.ts';
import type { Door, DoorRequest } from './door.ts';
import { eventDoor } from './event-door.ts';
import type { KitTools } from './incoming.ts';

/**
 * Larger data are neither kept nor parsed: anybody may have sent them, and a few MiB of brackets take twenty times their size once they
 * are objects.
 */
const maxReadBytes = 64 * 1024;

export function rawEventDoor(handler: AnyEventHandler, tools: KitTools): Door {
  return eventDoor(
    async (event, headers, { signal, receivedAt, traceparent, log }) => {
      const caller = await tools.authenticate({ door: 'event', headers, signal });
      const { id, source, type, subject, time, extensions } = event;
      const isCut = event.sent.kind === 'unread';
      const received = { id, source, type, subject, time, extensions, data: asSent(event), isCut };
      await handler(received, { caller, signal, receivedAt, traceparent, log });
    },
    tools,
    receiveAny,
  );
}

async function receiveAny(request: DoorRequest): Promise<RawEvent> {
  const { headers } = request;
  let body: Uint8Array;
  try {
    body = await request.readBody(maxReadBytes);
  } catch (thrown) {
    if (!(thrown instanceof SoteriaError && thrown.code === 'request_too_large')) throw thrown;
    const isStructured = /^\s*application\/cloudevents/i.test(headers.get('content-type') ?? '');
    if (isStructured) return nameless;
    return { ...(await receiveEvent(headers, new Uint8Array())), sent: { kind: 'unread' } };
  }
  return receiveEvent(headers, body);
}

/** In the structured mode the body has the names, too. */
const nameless: RawEvent = {
  id: 'unread',
  source: 'unread',
  type: 'unread',
  subject: undefined,
  time: undefined,
  statedTime: undefined,
  sent: { kind: 'unread' },
  extensions: {},
};

function asSent({ sent }: RawEvent): unknown {
  if (sent.kind === 'none' || sent.kind === 'unread') return undefined;
  return sent.kind === 'json' ? sent.value : sent.text;
}

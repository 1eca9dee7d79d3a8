/**
 * A door for events of any type with any data, such as dead letters: what was refused elsewhere for being unsigned, too old or
 * malformed must not be refused again here, or it is lost.
 */
import type { RawEvent } from '../events/receive.ts';
import type { AnyEventHandler } from './contract.ts';
import type { Door } from './door.ts';
import { eventDoor } from './event-door.ts';
import type { KitTools } from './incoming.ts';

/** What was too large for another door must fit through this one, or it is lost without a word; times the limit of the others. */
const room = 8;

export function rawEventDoor(handler: AnyEventHandler, tools: KitTools): Door {
  const { settings } = tools;
  const roomy = { ...tools, settings: { ...settings, maxBodyBytes: settings.maxBodyBytes * room } };
  return eventDoor(async (event, headers, { signal, receivedAt, traceparent, log }) => {
    const caller = await tools.authenticate({ door: 'event', headers, signal });
    const { id, source, type, subject, time, extensions } = event;
    const received = { id, source, type, subject, time, extensions, data: asSent(event) };
    await handler(received, { caller, signal, receivedAt, traceparent, log });
  }, roomy);
}

function asSent({ sent }: RawEvent): unknown {
  if (sent.kind === 'none') return undefined;
  return sent.kind === 'json' ? sent.value : sent.text;
}

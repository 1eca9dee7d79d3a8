/** W3C Trace Context, as far as the product needs it: read it, make one, hand it on. https://www.w3.org/TR/trace-context/ */
import { randomUUID } from 'node:crypto';

const shape = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The first of the candidates that is a valid `traceparent`. HTTP's header is this hop, an event's attribute where it was made. */
export function firstTraceparent(...candidates: readonly (string | undefined)[]): string | undefined {
  return candidates.find((text) => text !== undefined && shape.test(text));
}

/**
 * A `traceparent` of a trace that begins here; not sampled, because nobody records it yet. From UUIDs, for which Node keeps random
 * numbers at hand: asking the system for each trace costs as much as reading an event.
 */
export function newTraceparent(uuid: () => string = randomUUID): string {
  const parent = uuid();
  // Without the four digits that are the same in every UUID, or nearly so.
  return `00-${uuid().replaceAll('-', '')}-${parent.slice(0, 4)}${parent.slice(-12)}-00`;
}

export function traceIdOf(traceparent: string): string | undefined {
  return shape.exec(traceparent)?.[1];
}

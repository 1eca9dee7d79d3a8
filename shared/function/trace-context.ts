/** W3C Trace Context, as far as the product needs it: read it, make one, hand it on. https://www.w3.org/TR/trace-context/ */
import { randomBytes } from 'node:crypto';

const shape = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The first of the candidates that is a valid `traceparent`. HTTP's header is this hop, an event's attribute where it was made. */
export function firstTraceparent(...candidates: readonly (string | undefined)[]): string | undefined {
  return candidates.find((text) => text !== undefined && shape.test(text));
}

/** A `traceparent` of a trace that begins here; not sampled, because nobody records it yet. */
export function newTraceparent(randomHex: (bytes: number) => string = hex): string {
  return `00-${randomHex(16)}-${randomHex(8)}-00`;
}

export function traceIdOf(traceparent: string): string | undefined {
  return shape.exec(traceparent)?.[1];
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** Which HTTP headers travel through a broker beside the event; all others are dropped. */
import type { IncomingHttpHeaders } from 'node:http';

const exact: ReadonlySet<string> = new Set(['x-request-id', 'retry-after', 'traceparent', 'tracestate']);
const prefixes = ['knative-', 'x-b3-'];

export function selectPassedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix))) passed[name] = [value].flat().join(', ');
  }
  return passed;
}

/** Writes an event as an HTTP message in binary mode: Knative's filter sends nothing else unless a Trigger asks for it. */
import type { CloudEvent } from './cloud-event.ts';

export interface EventMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export function writeBinary(event: CloudEvent): EventMessage {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.attributes)) {
    if (name === 'datacontenttype') headers['content-type'] = value;
    // The counterpart of reading: UTF-8 bytes, which Node writes as Latin-1 characters.
    else headers[`ce-${name}`] = Buffer.from(value, 'utf8').toString('latin1');
  }
  return { headers, body: event.data ?? Buffer.alloc(0) };
}

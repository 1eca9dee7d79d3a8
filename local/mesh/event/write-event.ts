/** Writes an event as an HTTP message. */
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

export function writeStructured(event: CloudEvent): EventMessage {
  return {
    headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
    body: Buffer.from(JSON.stringify({ ...event.attributes, ...dataMembers(event) })),
  };
}

function dataMembers(event: CloudEvent): Record<string, unknown> {
  if (event.data === undefined) return {};
  if (/[/+]json\b/i.test(event.attributes['datacontenttype'] ?? '')) {
    try {
      return { data: JSON.parse(event.data.toString('utf8')) as unknown };
    } catch {
      // Declared as JSON, but not JSON: passed on as bytes.
    }
  }
  return { data_base64: event.data.toString('base64') };
}

/** Reads an event from an HTTP message, in binary and in structured content mode. */
import type { IncomingHttpHeaders } from 'node:http';
import { findEventFault } from './cloud-event.ts';
import type { CloudEvent } from './cloud-event.ts';

export type ReadEvent =
  | { readonly kind: 'event'; readonly event: CloudEvent }
  /** Neither `ce-specversion` nor a CloudEvents content type: not an event at all. */
  | { readonly kind: 'none' }
  | { readonly kind: 'fault'; readonly why: string };

export function readEvent(headers: IncomingHttpHeaders, body: Buffer): ReadEvent {
  const contentType = headers['content-type'] ?? '';
  if (contentType.startsWith('application/cloudevents-batch')) {
    return { kind: 'fault', why: 'batches of events are not taken' };
  }
  if (contentType.startsWith('application/cloudevents+json')) return checked(readStructured(body));
  if (headers['ce-specversion'] === undefined) return { kind: 'none' };
  return checked(readBinary(headers, body));
}

function checked(event: CloudEvent | string): ReadEvent {
  if (typeof event === 'string') return { kind: 'fault', why: event };
  const fault = findEventFault(event);
  return fault === undefined ? { kind: 'event', event } : { kind: 'fault', why: fault };
}

function readBinary(headers: IncomingHttpHeaders, body: Buffer): CloudEvent {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('ce-') || value === undefined) continue;
    // Node reads header bytes as Latin-1; Knative's components write them as UTF-8.
    attributes[name.slice(3)] = Buffer.from([value].flat().join(', '), 'latin1').toString('utf8');
  }
  if (headers['content-type'] !== undefined) attributes['datacontenttype'] = headers['content-type'];
  return { attributes, data: body.length === 0 ? undefined : body };
}

function readStructured(body: Buffer): CloudEvent | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch {
    return 'the body is not JSON';
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'the body is not a JSON object';
  const members = new Map<string, unknown>(Object.entries(parsed));
  const data = members.get('data');
  const base64 = members.get('data_base64');
  const attributes: Record<string, string> = {};
  for (const [name, value] of members) {
    if (name === 'data' || name === 'data_base64' || value === null) continue;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      return `the attribute "${name}" is neither text, number nor boolean`;
    }
    attributes[name] = String(value);
  }
  if (base64 !== undefined && base64 !== null) {
    if (typeof base64 !== 'string' || data !== undefined) return 'data_base64 must be a text, and the only data';
    return { attributes, data: Buffer.from(base64, 'base64') };
  }
  if (data === undefined) return { attributes, data: undefined };
  const contentType = attributes['datacontenttype'] ?? 'application/json';
  const isText = typeof data === 'string' && !/^[^;]*[/+]json\b/i.test(contentType);
  return {
    attributes: { ...attributes, datacontenttype: contentType },
    data: Buffer.from(isText ? data : JSON.stringify(data)),
  };
}

/**
 * The attributes of a CloudEvent as they were sent, in either content mode of the HTTP binding, before the SDK sees them: it puts the
 * present moment in place of a `time` that is absent or wrong, an id in place of none, and reads some data wrongly. Pure.
 */
import { SoteriaError, toSoteriaError } from '../errors.ts';
import type { RequestHeaders } from '../http/request-headers.ts';
import { parseJson as parseStrictly } from '../strict-json.ts';

export type SentData =
  | { readonly kind: 'none' }
  /** There are some, more than the door takes. */
  | { readonly kind: 'unread' }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'text'; readonly mediaType: string; readonly text: string }
  /** Declared as JSON or as a charset it is not. A value, because the dead letters must take even this. */
  | { readonly kind: 'broken'; readonly text: string; readonly error: SoteriaError };

export interface Envelope {
  /** As sent, without null and without data. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly data: SentData;
}

/** Throws `invalid_request`. */
export function readEnvelope(headers: RequestHeaders, body: Uint8Array): Envelope {
  const contentType = headers.get('content-type') ?? undefined;
  const mediaType = mediaTypeOf(contentType);
  if (mediaType.startsWith('application/cloudevents-batch')) {
    throw notAnEvent('it is a batch, and this door takes one event at a time', 'send each event by itself');
  }
  if (mediaType === 'application/cloudevents+json') return readStructured(decodeText(body, contentType));
  if (mediaType.startsWith('application/cloudevents')) {
    throw notAnEvent(
      `its format ${quoted(mediaType)} is not known`,
      'use application/cloudevents+json or the binary mode',
    );
  }
  return readBinary(headers, body, contentType);
}

export function notAnEvent(why: string, fix: string, cause?: unknown): SoteriaError {
  return new SoteriaError(
    'invalid_request',
    { what: 'the request is not a CloudEvent this door can read', why, fix },
    { cause },
  );
}

function readStructured(text: string): Envelope {
  const whole = parseJson(text);
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) {
    throw notAnEvent('its body is not a JSON object', 'put the attributes and data into one JSON object');
  }
  const { data, data_base64: base64, ...rest }: { data?: unknown; data_base64?: unknown } = whole;
  const attributes = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
  if (base64 === undefined || base64 === null) {
    return { attributes, data: data === undefined ? { kind: 'none' } : { kind: 'json', value: data } };
  }
  if (data !== undefined) throw notAnEvent('it has both data and data_base64', 'send one of them');
  if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    throw notAnEvent('its data_base64 is not base64', 'encode it as RFC 4648 says');
  }
  const { datacontenttype } = attributes;
  const declared = typeof datacontenttype === 'string' ? datacontenttype : undefined;
  return { attributes, data: readData(Buffer.from(base64, 'base64'), declared) };
}

function readBinary(headers: RequestHeaders, body: Uint8Array, contentType: string | undefined): Envelope {
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of headers) {
    if (name.startsWith('ce-')) attributes[name.slice(3)] = decodeHeaderValue(value);
  }
  if (Object.keys(attributes).length === 0) {
    throw notAnEvent(
      'it has neither ce-… headers nor the content type application/cloudevents+json',
      'send the attributes as ce-specversion, ce-id, ce-source and ce-type headers',
    );
  }
  if (contentType !== undefined) attributes['datacontenttype'] = contentType;
  return { attributes, data: readData(body, contentType) };
}

function readData(bytes: Uint8Array, contentType: string | undefined): SentData {
  if (bytes.length === 0) return { kind: 'none' };
  const mediaType = mediaTypeOf(contentType);
  // No content type means JSON: the format's default, and what a source that names none sends.
  const isJson = mediaType === '' || mediaType === 'application/json' || mediaType.endsWith('+json');
  try {
    const text = decodeText(bytes, contentType);
    return isJson ? { kind: 'json', value: parseJson(text) } : { kind: 'text', mediaType, text };
  } catch (thrown) {
    return { kind: 'broken', text: new TextDecoder().decode(bytes), error: toSoteriaError(thrown) };
  }
}

function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1).join('').trim().toLowerCase();
}

function decodeText(bytes: Uint8Array, contentType: string | undefined): string {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  if (!/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw notAnEvent(`its charset ${quoted(charset)} is not known`, 'send UTF-8');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (thrown) {
    throw notAnEvent('its body is not UTF-8', 'send UTF-8', thrown);
  }
}

function parseJson(text: string): unknown {
  const { value, fault } = parseStrictly(text);
  if (fault === undefined) return value;
  const { member, why, cause } = fault;
  if (member === '') throw notAnEvent(`its body ${why}`, 'send well-formed JSON, or name its true content type', cause);
  throw unfitText(`its member ${member}`, why);
}

/** What is well-formed, and yet cannot be stored or handed on. */
export function unfitText(place: string, why: string): SoteriaError {
  return new SoteriaError('unprocessable', {
    what: 'the event cannot be processed',
    why: `${place} ${why}`,
    fix: 'send each member once, and texts in well-formed Unicode without NUL',
  });
}

/**
 * HTTP binding 3.1.3.2: what a header cannot hold comes percent-encoded. Knative, which writes structured events anew as binary ones,
 * sends such characters as raw UTF-8 instead, and leaves a percent sign as it is. Node reads header bytes as Latin-1.
 */
function decodeHeaderValue(value: string): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(value, 'latin1'));
    return isPercentEncoded(text) ? decodeURIComponent(text) : text;
  } catch {
    return value;
  }
}

/** A sender that encodes leaves neither a space, nor `"`, nor anything beyond ASCII. */
function isPercentEncoded(text: string): boolean {
  return text.includes('%') && /^[\x21\x23-\x7e]*$/.test(text);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}

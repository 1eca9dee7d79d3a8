/** HTTP headers and body → a CloudEvent whose attributes are valid. What its data must look like is `check-event.ts`. */
import type { CloudEvent } from 'cloudevents';
import type { RequestHeaders } from '../http/request-headers.ts';
import { notAnEvent, readEnvelope, type SentData } from './read-envelope.ts';

/** A valid CloudEvent of any type, whose data are not checked yet. */
export interface RawEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | undefined;
  /** The event's own `time`; without one, `knativearrivaltime`; without either, undefined. */
  readonly time: Date | undefined;
  /** The event's own `time` only. */
  readonly statedTime: Date | undefined;
  readonly sent: SentData;
  readonly extensions: Readonly<Record<string, string>>;
}

const contextAttributes = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
]);

/** Throws `invalid_request` for what is not one valid CloudEvent of version 1.0. */
export async function receiveEvent(headers: RequestHeaders, body: Uint8Array): Promise<RawEvent> {
  const { attributes, data } = readEnvelope(headers, body);
  const text = (name: string): string => requireText(attributes, name);
  if (text('specversion') !== '1.0') throw notAnEvent('its specversion is not 1.0', 'send CloudEvents of version 1.0');
  const event = { id: text('id'), source: text('source'), type: text('type') };
  const statedTime = readTime(attributes['time']);
  await validate({ ...attributes, ...(statedTime && { time: statedTime.toISOString() }) });
  const extensions = readExtensions(attributes);
  return {
    ...event,
    subject: typeof attributes['subject'] === 'string' ? attributes['subject'] : undefined,
    time: statedTime ?? parseInstant(extensions['knativearrivaltime']),
    statedTime,
    sent: data,
    extensions,
  };
}

let sdk: Promise<{ readonly CloudEvent: typeof CloudEvent }> | undefined;

/** The SDK is the judge of attribute names and values; it is loaded with the first event, because most cold starts need none. */
async function validate(attributes: Readonly<Record<string, unknown>>): Promise<void> {
  const { CloudEvent: Judge } = await (sdk ??= import('cloudevents'));
  try {
    // eslint-disable-next-line no-new
    new Judge(attributes, true);
  } catch (thrown) {
    throw notAnEvent(
      'its attributes are not those of CloudEvents 1.0',
      'check the names (lower-case letters and digits), that source is a URI reference, and that no value is an object',
      thrown,
    );
  }
}

function readExtensions(attributes: Readonly<Record<string, unknown>>): Record<string, string> {
  const extensions = Object.entries(attributes).filter(([name]) => !contextAttributes.has(name));
  // The SDK lets objects and arrays pass.
  const odd = extensions.find(([, value]) => typeof value === 'object');
  if (odd !== undefined)
    throw notAnEvent(`its attribute ${odd[0]} is not a text`, 'send texts, numbers and booleans only');
  return Object.fromEntries(extensions.map(([name, value]) => [name, String(value)]));
}

function requireText(attributes: Readonly<Record<string, unknown>>, name: string): string {
  const value = attributes[name];
  if (typeof value === 'string' && value !== '') return value;
  throw notAnEvent(
    `its attribute ${name} is ${value === undefined ? 'missing' : 'not a text'}`,
    `set ${name} to a text`,
  );
}

function readTime(value: unknown): Date | undefined {
  if (value === undefined) return undefined;
  const time = parseInstant(value);
  if (time !== undefined) return time;
  throw notAnEvent('its attribute time is not an instant', 'write it as RFC 3339 says: 2026-01-31T23:59:59Z');
}

/** RFC 3339; anything finer than a millisecond is dropped. */
function parseInstant(value: unknown): Date | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d(?:\.\d{1,3})?)\d*([Zz]|[+-]\d\d:\d\d)$/.exec(String(value));
  if (parts === null) return undefined;
  const time = new Date(`${parts[1]}T${parts[2]}${parts[3]?.toUpperCase()}`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

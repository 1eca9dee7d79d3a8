/**
 * An event inside the broker: attributes are texts exactly as sent (a `time` keeps its nanoseconds), data is bytes.
 * The `cloudevents` package would round the time to milliseconds and freeze decoded data, and a broker must change neither.
 */
import type { EventIdentity } from '../activity.ts';

export interface CloudEvent {
  /** Every context attribute with its value as text, `specversion` and `datacontenttype` included. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Undefined: the event has no data. */
  readonly data: Buffer | undefined;
}

export const standardAttributes: ReadonlySet<string> = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
]);

/** Why the event is not a valid CloudEvent 1.0, or undefined when it is one. */
export function findEventFault(event: CloudEvent): string | undefined {
  for (const name of ['specversion', 'id', 'source', 'type']) {
    if ((event.attributes[name] ?? '') === '') return `the required attribute "${name}" is missing`;
  }
  if (event.attributes['specversion'] !== '1.0') return `specversion "${event.attributes['specversion']}" is not 1.0`;
  for (const [name, value] of Object.entries(event.attributes)) {
    if (!/^[a-z0-9]+$/.test(name)) return `the attribute name "${name}" holds more than a-z and 0-9`;
    if (hasControlCharacter(value)) return `the attribute "${name}" holds a control character`;
  }
  const time = event.attributes['time'];
  if (time !== undefined && !isTimestamp(time)) return `the time "${time}" is not an RFC 3339 timestamp`;
  return undefined;
}

export function withAttributes(event: CloudEvent, attributes: Readonly<Record<string, string>>): CloudEvent {
  return { ...event, attributes: { ...event.attributes, ...attributes } };
}

export function withoutAttribute(event: CloudEvent, name: string): CloudEvent {
  return { ...event, attributes: Object.fromEntries(Object.entries(event.attributes).filter(([key]) => key !== name)) };
}

export function identityOf(event: CloudEvent): EventIdentity {
  const { type = '', source = '', id = '', subject } = event.attributes;
  return { type, source, id, subject };
}

function hasControlCharacter(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true;
  }
  return false;
}

function isTimestamp(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
  );
}

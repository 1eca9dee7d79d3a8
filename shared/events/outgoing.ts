/** What the product sends: an event → the headers and body of one HTTP request in the binary content mode. */
import { groupsAttribute, signatureAttribute, userAttribute } from '../identity/verify-event.ts';
import { encodeGroups, signEvent } from '../identity/signature.ts';
import type { EventType } from './catalogue.ts';

export interface OutgoingEvent {
  /** `factId(…)` for a fact. */
  readonly id: string;
  readonly type: EventType;
  /** `<namespace>/<claim>`; also the partition key. */
  readonly subject?: string | undefined;
  /** When it happened; left out: now. */
  readonly time?: Date | undefined;
  /** JSON. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The root operation. */
  readonly correlationId?: string | undefined;
  /** Id of the event that led here. */
  readonly causationId?: string | undefined;
  readonly traceparent?: string | undefined;
  /** Whose request this event carries on; left out: the product's own. Accepted only when signed. */
  readonly onBehalfOf?: { readonly user: string; readonly groups: readonly string[] } | undefined;
  /** Further attributes, such as `name`. */
  readonly extensions?: Readonly<Record<string, string>> | undefined;
}

export interface Sender {
  /** `/soteria/<function>` */
  readonly source: string;
  readonly now: Date;
  /** Without one, events go unsigned. */
  readonly signingSecret?: string | undefined;
  /** From K_CE_OVERRIDES: what the one who bound the sink wants on every event. */
  readonly ceOverrides?: Readonly<Record<string, string>> | undefined;
}

export interface EventMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Throws when the event is none: a fault of ours. */
export async function toEventMessage(event: OutgoingEvent, sender: Sender): Promise<EventMessage> {
  const { CloudEvent, HTTP } = await import('cloudevents');
  const { headers, body } = HTTP.binary(new CloudEvent(attributesOf(event, sender), true));
  return {
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, toHeaderValue(name, String(value))]),
    ),
    body: String(body),
  };
}

function attributesOf(event: OutgoingEvent, sender: Sender): Record<string, unknown> {
  const time = event.time ?? sender.now;
  const { id, type, subject, data } = event;
  const optional = {
    subject,
    correlationid: event.correlationId,
    causationid: event.causationId,
    partitionkey: subject,
    traceparent: event.traceparent,
    [userAttribute]: event.onBehalfOf?.user,
    [groupsAttribute]: event.onBehalfOf && encodeGroups(event.onBehalfOf.groups),
    [signatureAttribute]: signatureOf(event, time, sender),
  };
  return {
    ...event.extensions,
    ...sender.ceOverrides,
    // An empty attribute is not allowed.
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined && value !== '')),
    specversion: '1.0',
    id,
    source: sender.source,
    type,
    time: time.toISOString(),
    datacontenttype: 'application/json',
    data,
  };
}

function signatureOf(event: OutgoingEvent, time: Date, { source, signingSecret }: Sender): string | undefined {
  if (signingSecret === undefined) return undefined;
  const { id, type, subject, data, onBehalfOf } = event;
  const said = { id, source, type, subject, time, user: onBehalfOf?.user, groups: onBehalfOf?.groups ?? [] };
  // As the receiver will see the data: without members that are undefined.
  return signEvent({ ...said, data: JSON.parse(JSON.stringify(data)) as unknown }, signingSecret);
}

/** HTTP binding 3.1.3.2: percent-encoded, except what is visible ASCII and neither `"` nor `%`. */
export function toHeaderValue(name: string, value: string): string {
  if (!name.startsWith('ce-')) return value;
  return value.toWellFormed().replace(/[^\x21\x23\x24\x26-\x7e]/gu, (character) => encodeURIComponent(character));
}

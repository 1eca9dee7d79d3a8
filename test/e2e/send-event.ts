/** Sends CloudEvents without the product's own code, in both content modes of the HTTP binding. */
import { randomUUID } from 'node:crypto';

export interface EventToSend {
  readonly type: string;
  readonly id?: string;
  readonly source?: string;
  readonly time?: Date;
  readonly data?: unknown;
  /** Extension attributes. */
  readonly extensions?: Readonly<Record<string, string>>;
}

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const backupRequested = 'dev.soteria.backup.requested.v1';

function attributesOf({ type, id, source, time, extensions }: EventToSend): Record<string, string> {
  return {
    specversion: '1.0',
    id: id ?? randomUUID(),
    source: source ?? '/test',
    type,
    ...(time === undefined ? {} : { time: time.toISOString() }),
    ...extensions,
  };
}

function binary(event: EventToSend): Message {
  const attributes = Object.entries(attributesOf(event)).map(([name, value]) => [`ce-${name}`, value] as const);
  return {
    headers: { 'content-type': 'application/json', ...Object.fromEntries(attributes) },
    body: event.data === undefined ? '' : JSON.stringify(event.data),
  };
}

function structured(event: EventToSend): Message {
  const { data } = event;
  const content = data === undefined ? {} : { datacontenttype: 'application/json', data };
  return {
    headers: { 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify({ ...attributesOf(event), ...content }),
  };
}

export const contentModes = { binary, structured } as const;
export type ContentMode = keyof typeof contentModes;

/** The status of the answer. */
export async function post(url: string, { headers, body }: Message): Promise<number> {
  const answer = await fetch(url, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  return answer.status;
}

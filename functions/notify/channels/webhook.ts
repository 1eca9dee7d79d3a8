/** Any HTTP receiver: a CloudEvent or plain JSON, signed with a shared secret. The same notice has the same id, so that a receiver can drop a repeat. */
import { createHmac } from 'node:crypto';
import type { Channel, Message } from './channel.ts';
import { post } from './post.ts';

export interface WebhookSettings {
  readonly url: URL;
  readonly format: 'cloudevent' | 'json';
  readonly secret: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

const maxText = 8_000;

/** The signature is `t=<seconds>,v1=<hex of HMAC-SHA-256 over "<seconds>.<body>">`. */
export function signatureOf(secret: string, body: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

export function createWebhookSend({ url, format, secret, headers }: WebhookSettings, now: () => Date): Channel['send'] {
  return async (message, signal) => {
    const data = dataOf(message);
    const body = JSON.stringify(format === 'json' ? data : eventOf(message, data));
    const sent = {
      ...headers,
      'content-type': format === 'json' ? 'application/json' : 'application/cloudevents+json',
      'idempotency-key': message.notice.id,
      ...(secret === undefined ? {} : { 'soteria-signature': signatureOf(secret, body, now()) }),
    };
    return post({ url, headers: sent, body }, signal);
  };
}

function dataOf({ notice, cluster, link, title, text }: Message): Record<string, unknown> {
  const { id, thread, kind, severity, namespaces, at } = notice;
  return { id, thread, kind, severity, cluster, title, text: text.slice(0, maxText), namespaces, link, at };
}

function eventOf({ notice, cluster }: Message, data: Record<string, unknown>): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: notice.id,
    source: `/soteria/${encodeURIComponent(cluster)}/notify`,
    type: `dev.soteria.notice.${notice.kind}.v1`,
    subject: notice.thread,
    time: notice.at,
    datacontenttype: 'application/json',
    data,
  };
}

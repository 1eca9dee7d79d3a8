/** The channels that the settings describe. */
import type { ChannelSettings } from '../settings/notify-schema.ts';
import type { Channel } from './channel.ts';
import { createMailSend } from './mail.ts';
import { createNtfySend } from './ntfy.ts';
import { createSlackSend } from './slack.ts';
import { createWebhookSend } from './webhook.ts';

export function makeChannels(settings: readonly ChannelSettings[], now: () => Date): Channel[] {
  return settings.map((one) => ({
    name: one.name,
    type: one.type,
    minSeverity: one.minSeverity,
    namespaces: one.namespaces,
    titleTemplate: one.title,
    send: sendOf(one, now),
  }));
}

function sendOf(settings: ChannelSettings, now: () => Date): Channel['send'] {
  switch (settings.type) {
    case 'ntfy':
      return createNtfySend({
        server: new URL(settings.server),
        topic: settings.topic,
        authorization: authorizationOf(settings),
        priority: settings.priority,
        tags: settings.tags,
      });
    case 'webhook':
      return createWebhookSend(
        { url: new URL(settings.url), format: settings.format, secret: settings.secret, headers: settings.headers },
        now,
      );
    case 'slack':
      return createSlackSend({ url: new URL(settings.url) });
    case 'mail':
      return createMailSend({ ...settings, ca: settings.ca, user: settings.user, password: settings.password });
  }
}

function authorizationOf({
  token,
  user,
  password,
}: {
  readonly token?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  if (user === undefined) return undefined;
  return `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
}

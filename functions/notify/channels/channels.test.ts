import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Notice } from '../decide/notice.ts';
import { messageOf } from '../look/message-of.ts';
import { parseNotifySettings } from '../settings/read-notify-settings.ts';
import { type Receiver, startReceiver } from '../testing/receiver.ts';
import type { SendOutcome } from './channel.ts';
import { makeChannels } from './make-channels.ts';

const notice: Notice = {
  id: 'id-1',
  thread: 'thread-1',
  kind: 'opened',
  severity: 'critical',
  title: 'db/bücher has no fresh restore point',
  lines: ['the target is away <b>', 'What to do: mend it\r\nX-Evil: 1'],
  path: '/claims/db/bücher',
  namespaces: ['db'],
  at: '2026-03-15T12:00:00.000Z',
};
const canary = 'canary-0123456789';
const now = () => new Date('2026-03-15T12:00:00Z');
const signal = AbortSignal.timeout(60_000);

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

function channelOf(yaml: string): { send: () => Promise<SendOutcome> } {
  const head = 'cluster: home\nconsoleUrl: https://soteria.example/\n';
  return {
    async send() {
      const settings = await parseNotifySettings({ 'config.yaml': `${head}channels:\n  - ${yaml}` });
      const [channel] = makeChannels(settings?.channels ?? [], now);
      if (settings === undefined || channel === undefined) throw new Error('there is a channel');
      return channel.send(messageOf(notice, settings, channel), signal);
    },
  };
}

describe('ntfy', () => {
  it('gets JSON with a link, a priority and the thread to replace', async () => {
    const { send } = channelOf(`{name: a, type: ntfy, server: '${receiver.url}', topic: t, token: ${canary}}`);
    expect(await send()).toEqual({ kind: 'sent' });
    const [got] = receiver.received;
    expect(got?.headers.authorization).toBe(`Bearer ${canary}`);
    expect(JSON.parse(got?.body ?? '')).toEqual({
      topic: 't',
      title: 'home: db/bücher has no fresh restore point',
      message: 'the target is away <b>\nWhat to do: mend it X-Evil: 1',
      priority: 4,
      tags: ['rotating_light'],
      sequence_id: 'thread-1',
      click: 'https://soteria.example/claims/db/bücher',
      actions: [{ action: 'view', label: 'Open', url: 'https://soteria.example/claims/db/bücher' }],
    });
    expect(got?.body).not.toContain(canary);
  });

  it('says in its own words why it refuses', async () => {
    receiver.answerWith(403, '{"code":40301,"http":403,"error":"forbidden"}');
    const { send } = channelOf(
      `{name: a, type: ntfy, server: '${receiver.url}', topic: t, user: phil, password: ${canary}}`,
    );
    expect(await send()).toEqual({ kind: 'refused', why: 'it answered 403: forbidden' });
  });
});

describe('a webhook', () => {
  it('gets a CloudEvent that is signed', async () => {
    const { send } = channelOf(
      `{name: a, type: webhook, url: '${receiver.url}/hook', secret: ${canary}, headers: {x-own: '1'}}`,
    );
    expect(await send()).toEqual({ kind: 'sent' });
    const [got] = receiver.received;
    const seconds = now().getTime() / 1000;
    const expected = createHmac('sha256', canary).update(`${seconds}.${got?.body}`).digest('hex');
    expect(got?.headers).toMatchObject({
      'content-type': 'application/cloudevents+json',
      'soteria-signature': `t=${seconds},v1=${expected}`,
      'idempotency-key': 'id-1',
      'x-own': '1',
    });
    expect(JSON.parse(got?.body ?? '')).toMatchObject({
      specversion: '1.0',
      id: 'id-1',
      type: 'dev.soteria.notice.opened.v1',
      subject: 'thread-1',
      data: { cluster: 'home', severity: 'critical', namespaces: ['db'] },
    });
  });

  it.each([
    [500, { kind: 'failed', why: 'it answered 500' }],
    [429, { kind: 'failed', why: 'it answered 429' }],
    [404, { kind: 'refused', why: 'it answered 404' }],
    [302, { kind: 'refused', why: 'it answered 302' }],
  ])('that answers %i', async (status, expected) => {
    receiver.answerWith(status, canary);
    const outcome = await channelOf(`{name: a, type: webhook, url: '${receiver.url}/${canary}'}`).send();
    expect(outcome).toMatchObject(expected);
    expect(JSON.stringify(outcome)).not.toContain(canary);
  });

  it('that is away is told without its address', async () => {
    await receiver.close();
    const outcome = await channelOf(`{name: a, type: webhook, url: '${receiver.url}/${canary}'}`).send();
    expect(outcome).toEqual({ kind: 'failed', why: 'it cannot be reached (ECONNREFUSED)' });
  });
});

it('Slack gets no mention and no link that it was not meant to have', async () => {
  expect(
    await channelOf(
      `{name: a, type: slack, url: '${receiver.url}/${canary}', title: '\${severity}: \${title}'}`,
    ).send(),
  ).toEqual({
    kind: 'sent',
  });
  const { text: sent } = JSON.parse(receiver.received[0]?.body ?? '') as { text: string };
  expect(sent.split('\n')).toEqual([
    '*critical: db/bücher has no fresh restore point*',
    'the target is away &lt;b&gt;',
    'What to do: mend it X-Evil: 1',
    '<https://soteria.example/claims/db/bücher|Open>',
  ]);
});

describe('a mail', () => {
  async function startSmtp(options: ConstructorParameters<typeof SMTPServer>[0] = {}) {
    const mails: string[] = [];
    const server = new SMTPServer({
      ...options,
      onAuth: ({ username, password }, _session, callback) =>
        username === 'phil' && password === canary ? callback(null, { user: 'phil' }) : callback(new Error('no')),
      onData: (stream, _session, callback) => {
        let mail = '';
        stream.on('data', (chunk: Buffer) => (mail += chunk.toString()));
        stream.on('end', () => {
          mails.push(mail);
          callback();
        });
      },
    });
    // A client that refuses the certificate is an error of its connection.
    server.on('error', () => undefined);
    const listening = server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    const address = listening.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return { mails, port, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
  }

  const yaml = (port: number, more: string) =>
    `{name: a, type: mail, host: 127.0.0.1, port: ${port}, from: 'Soteria <soteria@home.example>', to: [ops@home.example], ${more}}`;

  it('arrives as one conversation, and its title is one header', async () => {
    const smtp = await startSmtp({ disabledCommands: ['STARTTLS'] });
    expect(await channelOf(yaml(smtp.port, `tls: none, user: phil, password: ${canary}`)).send()).toEqual({
      kind: 'sent',
    });
    await smtp.close();
    const mail = smtp.mails[0] ?? '';
    expect(mail).toContain('Message-ID: <id-1.thread-1@home.example>');
    expect(mail).toContain('In-Reply-To: <thread-1@home.example>');
    expect(mail).toContain('https://soteria.example/claims/db/');
    expect(mail).not.toMatch(/^X-Evil/m);
    expect(mail).not.toContain(canary);
  });

  it('does not go to a server whose certificate nobody vouches for', async () => {
    const smtp = await startSmtp();
    const outcome = await channelOf(yaml(smtp.port, `user: phil, password: ${canary}`)).send();
    await smtp.close();
    expect(outcome).toMatchObject({ kind: 'refused', why: expect.stringContaining('certificate') });
    expect(smtp.mails).toEqual([]);
  });

  it('does not go over a connection that cannot be encrypted', async () => {
    const smtp = await startSmtp({ disabledCommands: ['STARTTLS'] });
    const outcome = await channelOf(yaml(smtp.port, `user: phil, password: ${canary}`)).send();
    await smtp.close();
    expect(outcome).toMatchObject({ kind: 'refused', why: expect.stringContaining('encryption') });
    expect(smtp.mails).toEqual([]);
  });

  it('with a wrong password says so, and not the password', async () => {
    const smtp = await startSmtp({ disabledCommands: ['STARTTLS'] });
    const outcome = await channelOf(yaml(smtp.port, `tls: none, user: phil, password: ${canary}x`)).send();
    await smtp.close();
    expect(outcome).toEqual({ kind: 'refused', why: 'it refuses the user or the password' });
  });
});

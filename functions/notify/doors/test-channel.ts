/** `POST /v1/notify/test`: one message through one channel now, and what came back. Nothing is recorded, nothing is tried again. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { notifyTestRequest } from '@soteria/shared/http-contract/queries.ts';
import { shortHash } from '@soteria/shared/short-hash.ts';
import { makeChannels } from '../channels/make-channels.ts';
import type { Notice } from '../decide/notice.ts';
import { messageOf } from '../look/message-of.ts';
import { readNotifySettings } from '../settings/read-notify-settings.ts';
import type { NotifyTools } from '../tools.ts';

export async function testChannel(tools: NotifyTools, body: unknown, { caller, signal, log }: Incoming) {
  const { authorize, client, namespace, now } = tools;
  const parsed = notifyTestRequest.safeParse(body);
  if (!parsed.success) {
    throw new SoteriaError('invalid_request', {
      what: 'no channel can be tested',
      why: problemsOf(parsed.error, 'the body').join('; '),
      fix: 'send {"channel": "<its name>"}',
    });
  }
  const { channel: name } = parsed.data;
  await authorize(caller, { verb: 'create', namespace }, signal);
  const settings = await readNotifySettings(client, namespace, signal);
  const channel = makeChannels(settings?.channels ?? [], now).find((one) => one.name === name);
  if (settings === undefined || channel === undefined) {
    const names = (settings?.channels ?? []).map((one) => one.name);
    throw new SoteriaError('not_found', {
      what: `There is no channel ${name}`,
      why:
        names.length === 0 ? 'the Secret soteria-notify describes no channel' : `the channels are ${names.join(', ')}`,
      fix: 'name one of them, or add it to config.yaml in the Secret soteria-notify',
    });
  }
  const startedAt = performance.now();
  const outcome = await channel.send(messageOf(testNotice(now()), settings, channel), signal);
  log.info('channel_tested', { channel: name, outcome: outcome.kind, requestedBy: caller.user });
  return {
    channel: name,
    type: channel.type,
    outcome: outcome.kind,
    ...(outcome.kind === 'sent' ? {} : { why: outcome.why }),
    took_ms: Math.round(performance.now() - startedAt),
  };
}

function testNotice(now: Date): Notice {
  const at = now.toISOString();
  const id = shortHash(`test ${at}`, 16);
  return {
    id,
    thread: id,
    kind: 'test',
    severity: 'warning',
    title: 'A test of this channel',
    lines: ['Somebody asked Soteria to send it. Nothing is wrong.'],
    at,
  };
}

/**
 * ntfy, by its JSON form: headers would need an encoding for each letter beyond ASCII. A server from 2.16 on replaces what it has shown of the same problem, by
 * `sequence_id`; an older one shows a second message.
 */
import type { Channel, Message, SendOutcome } from './channel.ts';
import { post } from './post.ts';

export interface NtfySettings {
  readonly server: URL;
  readonly topic: string;
  readonly authorization: string | undefined;
  /** 1 to 5; undefined: by severity. */
  readonly priority: number | undefined;
  readonly tags: readonly string[];
}

/** ntfy makes an attachment of what is longer. */
const maxMessage = 3_900;

/** In bytes, and no letter is cut in two. */
function within(text: string, maxBytes: number): string {
  let cut = text.slice(0, maxBytes);
  while (Buffer.byteLength(cut) > maxBytes) cut = cut.slice(0, -16);
  return cut.toWellFormed();
}

export function createNtfySend(settings: NtfySettings): Channel['send'] {
  const { server, authorization } = settings;
  const headers = {
    'content-type': 'application/json',
    ...(authorization === undefined ? {} : { authorization }),
  };
  return async (message, signal): Promise<SendOutcome> => {
    const body = JSON.stringify(ntfyBody(settings, message));
    return post({ url: server, headers, body }, signal, wordsOf);
  };
}

/** Its answer to a refusal is `{"code": 40301, "http": 403, "error": "forbidden"}`. */
function wordsOf(answer: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(answer);
    return typeof parsed === 'object' && parsed !== null && 'error' in parsed ? String(parsed.error) : undefined;
  } catch {
    return undefined;
  }
}

function priorityOf({ notice: { kind, severity } }: Message): number {
  if (kind === 'recovered' || kind === 'weekly') return 2;
  return severity === 'critical' ? 4 : 3;
}

function tagOf({ notice: { kind, severity } }: Message): string {
  if (kind === 'recovered' || kind === 'weekly') return 'white_check_mark';
  return severity === 'critical' ? 'rotating_light' : 'warning';
}

export function ntfyBody({ topic, priority, tags }: NtfySettings, message: Message): Record<string, unknown> {
  const { notice, link, title, text } = message;
  const isGood = notice.kind === 'recovered' || notice.kind === 'weekly';
  return {
    topic,
    title,
    message: within(text, maxMessage),
    priority: isGood ? priorityOf(message) : (priority ?? priorityOf(message)),
    tags: [tagOf(message), ...tags],
    sequence_id: notice.thread,
    // Who subscribes to the topic can read it: an action never carries a credential.
    ...(link === undefined ? {} : { click: link, actions: [{ action: 'view', label: 'Open', url: link }] }),
  };
}

/** An incoming webhook as Slack has it; Mattermost, Rocket.Chat, Discord (`/slack`) and Zulip take the same. */
import type { Channel } from './channel.ts';
import { post } from './post.ts';

/** Discord takes 2,000 characters in all. */
const maxText = 1_500;

/** Slack's three characters that begin a link or a mention. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export function createSlackSend({ url }: { readonly url: URL }): Channel['send'] {
  return async ({ title, text, link }, signal) => {
    const lines = [
      `*${escaped(title)}*`,
      escaped(text.slice(0, maxText)),
      ...(link === undefined ? [] : [`<${link}|Open>`]),
    ];
    const body = JSON.stringify({ text: lines.join('\n') });
    return post({ url, headers: { 'content-type': 'application/json' }, body }, signal);
  };
}

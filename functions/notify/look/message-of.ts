/** A notice in the words of one channel. Pure. */
import type { Channel, Message } from '../channels/channel.ts';
import type { Notice } from '../decide/notice.ts';
import type { NotifySettings } from '../settings/notify-schema.ts';

const defaultCluster = 'soteria';
const maxTitle = 250;
const maxLine = 1_000;

/** One line, without control characters: a title becomes a header of a mail. */
function oneLine(text: string, maxLength: number): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1)}…`;
}

export function messageOf(
  notice: Notice,
  { cluster = defaultCluster, consoleUrl }: Pick<NotifySettings, 'cluster' | 'consoleUrl'>,
  { titleTemplate = '${cluster}: ${title}' }: Pick<Channel, 'titleTemplate'>,
): Message {
  const values: Readonly<Record<string, string>> = { title: notice.title, cluster, severity: notice.severity };
  const title = titleTemplate.replaceAll(/\$\{(title|cluster|severity)\}/g, (_all, name: string) => values[name] ?? '');
  return {
    notice,
    cluster,
    link: linkOf(consoleUrl, notice.path),
    title: oneLine(title, maxTitle),
    text: notice.lines.map((line) => oneLine(line, maxLine)).join('\n'),
  };
}

function linkOf(consoleUrl: string | undefined, path = '/'): string | undefined {
  return consoleUrl === undefined ? undefined : `${consoleUrl.replace(/\/$/, '')}${path}`;
}

/** Whether a channel is to have it. */
export function isFor(notice: Notice, { minSeverity, namespaces }: Channel): boolean {
  const isBad = notice.kind !== 'weekly' && notice.kind !== 'test';
  if (isBad && minSeverity === 'critical' && notice.severity !== 'critical') return false;
  return namespaces === undefined || (notice.namespaces?.some((one) => namespaces.includes(one)) ?? true);
}

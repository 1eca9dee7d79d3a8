/** The live view of `npm start`: one coloured line for each thing that happened. Pure. */
import { styleText } from 'node:util';
import type { MeshActivity } from './mesh/activity.ts';

type Style = Parameters<typeof styleText>[0];

interface Line {
  readonly sign: string;
  readonly style: Style;
  readonly text: string;
}

export interface ViewOptions {
  readonly hasColour: boolean;
}

export function describeActivity(activity: MeshActivity, at: Date, { hasColour }: ViewOptions): string | undefined {
  const line = lineOf(activity);
  if (line === undefined) return undefined;
  const paint = (style: Style, text: string): string =>
    hasColour ? styleText(style, text, { validateStream: false }) : text;
  return `${paint('dim', at.toISOString().slice(11, 23))} ${paint(line.style, `${line.sign} ${line.text}`)}`;
}

function lineOf(activity: MeshActivity): Line | undefined {
  switch (activity.kind) {
    case 'woke':
      return { sign: '☀', style: 'yellow', text: `${activity.service} woke up in ${activity.ms} ms` };
    case 'slept':
      return { sign: '☾', style: 'blue', text: `${activity.service} went to sleep` };
    case 'crashed':
      return {
        sign: '✗',
        style: 'red',
        text: `${activity.service} died (${activity.signal ?? `exit ${activity.exitCode ?? '?'}`}): ${activity.lastErrorLine}`,
      };
    case 'event':
      return isOurs(activity.type) ? { sign: '✉', style: 'cyan', text: eventText(activity) } : undefined;
    case 'delivered':
      return undefined;
    case 'retried':
      return {
        sign: '↻',
        style: 'magenta',
        text: `${activity.trigger}: delivery ${activity.retry + 1} in ${activity.delayMs} ms, because ${activity.reason}`,
      };
    case 'dead-lettered':
      return {
        sign: '✗',
        style: 'red',
        text: `${activity.trigger}: ${activity.type} is a dead letter (${activity.code})`,
      };
    case 'lost':
      return { sign: '✗', style: 'red', text: `${activity.trigger}: ${activity.type} is lost (${activity.code})` };
    case 'replied':
      return undefined;
    case 'pinged':
      return { sign: '⏲', style: 'cyan', text: `PingSource ${activity.pingSource} fired` };
    case 'source-event':
      // Soteria's own writes of an Operation's status: no Trigger matches them.
      return isStatusWrite(activity) ? undefined : { sign: '·', style: 'dim', text: sourceText(activity) };
    case 'log':
      return logLine(activity.service, activity.stream, activity.line);
    case 'warning':
      return { sign: '!', style: 'yellow', text: activity.message };
  }
}

function isOurs(type: string): boolean {
  return type.startsWith('dev.soteria.');
}

function eventText({ type, subject }: { readonly type: string; readonly subject: string | undefined }): string {
  return subject === undefined ? type : `${type}  ${subject}`;
}

function isStatusWrite({ type, subject }: { readonly type: string; readonly subject: string | undefined }): boolean {
  return type.endsWith('.update') && subject?.includes('/operations/') === true;
}

/** `/apis/longhorn.io/v1beta2/namespaces/longhorn-system/backups/x` → `backups/x`. */
function sourceText({ type, subject }: { readonly type: string; readonly subject: string | undefined }): string {
  const verb = type.split('.').at(-1) ?? '';
  // A source also sends "delete" for an object that exists and has only lost its watch label.
  const said = verb === 'delete' ? 'no longer watched:' : verb;
  return `${said} ${subject?.split('/').slice(-2).join('/') ?? ''}`;
}

const phaseStyle: Readonly<Record<string, Style>> = { Succeeded: 'green', Failed: 'red', Cancelled: 'yellow' };

function text(record: Record<string, unknown>, name: string): string {
  const value = record[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Shows from a function's own log only what moves an operation, and what went wrong. */
function logLine(service: string, stream: 'stdout' | 'stderr', raw: string): Line | undefined {
  const record = parseRecord(raw);
  if (record === undefined)
    return { sign: '!', style: stream === 'stderr' ? 'red' : 'dim', text: `${service}: ${raw}` };
  const event = text(record, 'event');
  if (event === 'operation_moved' || event === 'operation_ended') {
    const phase = text(record, 'phase');
    const code = text(record, 'code');
    return {
      sign: event === 'operation_ended' ? '■' : '▸',
      style: phaseStyle[phase] ?? 'white',
      text: `${text(record, 'operation')} ${phase} ${text(record, 'progress')} %${code === '' ? '' : ` (${code})`}`,
    };
  }
  const isBad = record['level'] === 'error' || record['level'] === 'warn';
  if (!isBad) return undefined;
  const why = [text(record, 'code'), text(record, 'what'), text(record, 'why')]
    .filter((part) => part !== '')
    .join(': ');
  return {
    sign: '!',
    style: record['level'] === 'error' ? 'red' : 'yellow',
    text: `${service} ${event} ${why}`.trim(),
  };
}

function parseRecord(raw: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null && 'event' in value ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Server-sent events of an answer, as a browser reads them. */
export interface SeenEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

export interface EventReader {
  /** The next event; undefined: the stream has ended. */
  next(): Promise<SeenEvent | undefined>;
  /** `event` of the next ones, with the name or the reason in the data. */
  take(count: number): Promise<string[]>;
  /** Comments so far. */
  readonly comments: string[];
  cancel(): Promise<void>;
}

export function readEvents(answer: Response): EventReader {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error('the answer has no body');
  const comments: string[] = [];
  let text = '';

  async function next(): Promise<SeenEvent | undefined> {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end === -1) {
        const { done, value } = (await reader?.read()) ?? { done: true };
        if (done || value === undefined) return undefined;
        text += value;
        continue;
      }
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      comments.push(...lines.filter((line) => line.startsWith(':')));
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const event = field('event');
      if (event !== undefined) return { event, id: field('id'), data: JSON.parse(field('data') ?? '{}') };
    }
  }

  async function take(count: number): Promise<string[]> {
    const seen: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const one = await next();
      if (one === undefined) break;
      const { name, phase, reason } = one.data;
      seen.push([one.event, name, phase, reason].filter((part) => typeof part === 'string').join(' '));
    }
    return seen;
  }

  return { next, take, comments, cancel: () => reader.cancel() };
}

/** One POST over a fresh connection: a function that went to sleep leaves no stale socket behind. */
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from './clock.ts';
import { readBody } from './read-body.ts';

export type Answer =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }
  | { readonly kind: 'unreachable'; readonly reason: string }
  | { readonly kind: 'timeout' };

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Milliseconds for the whole exchange; undefined waits without end. */
  readonly timeoutMs?: number | undefined;
}

/** Never rejects: whatever goes wrong is an answer that the caller decides on. */
export function post(message: PostRequest, clock: Clock, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const unreachable = (thrown: unknown): void => resolve({ kind: 'unreachable', reason: reasonOf(thrown) });
    const onAbort = (): void => {
      outgoing?.destroy();
    };
    try {
      signal.throwIfAborted();
    } catch (thrown) {
      unreachable(thrown);
      return;
    }
    const outgoing = openRequest(message, unreachable);
    if (outgoing === undefined) return;
    let hasAnswer = false;
    const cancel =
      message.timeoutMs === undefined
        ? () => {}
        : clock.setTimer(() => {
            resolve({ kind: 'timeout' });
            outgoing.destroy();
          }, message.timeoutMs);
    signal.addEventListener('abort', onAbort);
    outgoing.on('close', () => {
      cancel();
      signal.removeEventListener('abort', onAbort);
      if (!hasAnswer) unreachable({ code: 'closed' });
    });
    outgoing.on('error', unreachable);
    outgoing.on('response', (incoming) => {
      hasAnswer = true;
      readBody(incoming).then(
        (body) => resolve({ kind: 'answer', status: incoming.statusCode ?? 0, headers: incoming.headers, body }),
        unreachable,
      );
    });
    outgoing.end(message.body);
  });
}

/** A header value that HTTP cannot carry throws here, not on the wire. */
function openRequest(
  message: PostRequest,
  unreachable: (thrown: unknown) => void,
): ReturnType<typeof request> | undefined {
  try {
    return request(message.url, {
      method: 'POST',
      agent: false,
      headers: { ...message.headers, 'content-length': String(message.body.length) },
    });
  } catch (thrown) {
    unreachable(thrown);
    return undefined;
  }
}

function reasonOf(thrown: unknown): string {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown) return String(thrown.code);
  return 'aborted';
}

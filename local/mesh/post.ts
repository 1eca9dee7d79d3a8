/** One POST over a fresh connection: a function that went to sleep leaves no stale socket behind. */
import type { IncomingHttpHeaders } from 'node:http';
import { createHttpExchange } from '@soteria/shared/http/exchange.ts';
import { networkCode } from '@soteria/shared/http/network-errors.ts';
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

const exchange = createHttpExchange({ pool: { keepAlive: false } });

/** Never rejects: a failure is an answer too, and the caller decides what to do. */
export async function post(message: PostRequest, clock: Clock, signal: AbortSignal): Promise<Answer> {
  const { url, headers, body, timeoutMs } = message;
  const late = new AbortController();
  const cancel = timeoutMs === undefined ? undefined : clock.setTimer(() => late.abort(), timeoutMs);
  try {
    const limits = { signal: AbortSignal.any([signal, late.signal]) };
    const incoming = await exchange.open({ method: 'POST', url: new URL(url), headers, body }, limits);
    const { statusCode: status = 0, headers: answered } = incoming;
    return { kind: 'answer', status, headers: answered, body: await readBody(incoming) };
  } catch (thrown) {
    return late.signal.aborted
      ? { kind: 'timeout' }
      : { kind: 'unreachable', reason: networkCode(thrown) ?? 'aborted' };
  } finally {
    cancel?.();
  }
}

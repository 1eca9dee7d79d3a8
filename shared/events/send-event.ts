/**
 * One POST of an event to a sink, and what its answer means. Not the SDK's own emitter: that one takes any status for success.
 */
import { retryAfterMs } from '../http/backoff.ts';
import { createHttpExchange } from '../http/exchange.ts';
import { ExchangeTimeout, networkCode } from '../http/network-errors.ts';
import type { EventMessage } from './outgoing.ts';

export type SendOutcome =
  | { readonly kind: 'accepted' }
  /** Trying again may help: no connection, 429, 5xx. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

export type SendEvent = (
  message: EventMessage,
  limits: { readonly signal?: AbortSignal | undefined; readonly timeoutMs: number },
) => Promise<SendOutcome>;

/** Sends over one pool of kept connections; never rejects. */
export function createSendEvent(sink: URL, now: () => Date): SendEvent {
  // Idle connections are given up before the far side does (Go: 90 s, proxies often 60 s).
  const exchange = createHttpExchange({ pool: { keepAlive: true, timeout: 30_000 } });
  return async ({ headers, body }, limits) => {
    try {
      const answer = await exchange.open({ method: 'POST', url: sink, headers, body }, limits);
      for await (const _chunk of answer);
      return outcomeOf(answer.statusCode ?? 0, answer.headers['retry-after'], now());
    } catch (thrown) {
      return { kind: 'failed', reason: reasonOf(thrown, limits.signal) };
    }
  };
}

function reasonOf(thrown: unknown, signal: AbortSignal | undefined): string {
  if (thrown instanceof ExchangeTimeout || signal?.aborted === true) return 'no answer in time';
  return networkCode(thrown) ?? 'the connection was lost';
}

function outcomeOf(status: number, retryAfter: string | undefined, now: Date): SendOutcome {
  if (status >= 200 && status <= 299) return { kind: 'accepted' };
  const reason = `it answered ${status}`;
  if (status !== 429 && status < 500) return { kind: 'refused', reason };
  return { kind: 'failed', reason, retryAfterMs: retryAfterMs(retryAfter, now.getTime()) };
}

/**
 * One POST of an event to a sink, and what its answer means. Not the SDK's own emitter: that one takes any status for success.
 */
import { request as requestHttp, Agent as HttpAgent } from 'node:http';
import { request as requestHttps, Agent as HttpsAgent } from 'node:https';
import { retryAfterMs } from '../kubernetes/backoff.ts';
import type { EventMessage } from './outgoing.ts';

export type SendOutcome =
  | { readonly kind: 'accepted' }
  /** Trying again may help: no connection, 429, 5xx. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

export type SendEvent = (message: EventMessage, signal: AbortSignal) => Promise<SendOutcome>;

/** Sends over one pool of kept connections; never rejects. */
export function createSendEvent(sink: URL, now: () => Date): SendEvent {
  const isTls = sink.protocol === 'https:';
  // Idle connections are given up before the far side does (Go: 90 s, proxies often 60 s).
  const pool = { keepAlive: true, timeout: 30_000 };
  const agent = isTls ? new HttpsAgent(pool) : new HttpAgent(pool);
  const request = isTls ? requestHttps : requestHttp;

  return ({ headers, body }, signal) =>
    new Promise((resolve) => {
      const failed = (thrown: Error & { code?: string }): void =>
        resolve({ kind: 'failed', reason: signal.aborted ? 'no answer in time' : (thrown.code ?? thrown.name) });
      const length = { 'content-length': String(Buffer.byteLength(body)) };
      const outgoing = request(
        sink,
        { method: 'POST', agent, signal, headers: { ...headers, ...length } },
        (answer) => {
          answer.once('error', failed);
          answer.once('end', () => resolve(outcomeOf(answer.statusCode ?? 0, answer.headers['retry-after'], now())));
          answer.resume();
        },
      );
      outgoing.once('error', failed);
      outgoing.end(body);
    });
}

function outcomeOf(status: number, retryAfter: string | undefined, now: Date): SendOutcome {
  if (status >= 200 && status <= 299) return { kind: 'accepted' };
  const reason = `it answered ${status}`;
  if (status !== 429 && status < 500) return { kind: 'refused', reason };
  return { kind: 'failed', reason, retryAfterMs: retryAfterMs(retryAfter, now.getTime()) };
}

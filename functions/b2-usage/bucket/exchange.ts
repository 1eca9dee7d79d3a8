/** One HTTP exchange with a store, over kept connections; the body is a stream, so that a page of any size needs no memory. */
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { bucketRefused, bucketUnavailable } from './bucket-errors.ts';

export interface StoreRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Exchange {
  /** Any status. Throws `bucket_refused` for a certificate that is not trusted, `bucket_unavailable` for a broken connection. */
  send(request: StoreRequest, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

export interface ExchangeOptions {
  /** PEM of the authority that signed the store's certificate, instead of the well-known ones. */
  readonly ca: string | undefined;
  readonly maxConnections: number;
}

/** Without a byte for this long, a connection is dead. */
const silenceMs = 30_000;

export function createExchange({ ca, maxConnections }: ExchangeOptions): Exchange {
  const pool = { keepAlive: true, maxSockets: maxConnections };
  const http = new HttpAgent(pool);
  const https = new HttpsAgent(ca === undefined ? pool : { ...pool, ca });
  return {
    send: ({ method, url, headers, body }, signal) =>
      new Promise((resolve, reject) => {
        const isPlain = url.protocol === 'http:';
        const ask = isPlain ? httpRequest : httpsRequest;
        const sent = ask(
          url,
          { method, headers, agent: isPlain ? http : https, timeout: silenceMs, signal },
          (answer) => resolve(answer),
        );
        sent.once('timeout', () => sent.destroy(new Error('silent')));
        sent.once('error', (error) => reject(connectionError(error, url)));
        sent.end(body);
      }),
    close: () => {
      http.destroy();
      https.destroy();
    },
  };
}

/** Also for an answer that breaks off in its middle. */
export function connectionError(error: unknown, url: URL): Error {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const what = `${url.host} could not be asked`;
  if (typeof code === 'string' && isTlsCode(code)) return bucketRefused('tls_failed', what, error);
  const known = typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? ` (${code})` : '';
  return bucketUnavailable(what, `the connection failed${known}`, error);
}

function isTlsCode(code: string): boolean {
  return (
    /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(code) || code === 'EPROTO'
  );
}

/** For answers that are known to be short: errors and small calls. Cut at `limit` characters. */
export async function readText(answer: IncomingMessage, url: URL, limit = 1_048_576): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  try {
    for await (const chunk of answer) if (text.length < limit) text += String(chunk);
  } catch (error) {
    throw connectionError(error, url);
  }
  return text;
}

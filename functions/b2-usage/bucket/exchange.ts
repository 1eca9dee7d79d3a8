/** The exchange with a store, its failures in our words; the body is a stream, so that a page of any size needs no memory. */
import type { IncomingMessage } from 'node:http';
import { createHttpExchange, type OutgoingRequest, readText as readWhole } from '@soteria/shared/http/exchange.ts';
import { isTlsRefusal, networkCode } from '@soteria/shared/http/network-errors.ts';
import { bucketRefused, bucketUnavailable } from './bucket-errors.ts';

export type StoreRequest = Pick<OutgoingRequest, 'method' | 'url' | 'headers' | 'body'>;

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
  const exchange = createHttpExchange({
    pool: { keepAlive: true, maxSockets: maxConnections },
    tls: ca === undefined ? {} : { ca },
  });
  return {
    async send(request, signal) {
      try {
        return await exchange.open(request, { signal, silenceMs });
      } catch (error) {
        throw connectionError(error, request.url);
      }
    },
    close: () => exchange.close(),
  };
}

/** Also for an answer that breaks off in its middle. */
export function connectionError(error: unknown, url: URL): Error {
  const what = `${url.host} could not be asked`;
  if (isTlsRefusal(error)) return bucketRefused('tls_failed', what, error);
  const code = networkCode(error) ?? '';
  const known = /^[A-Z0-9_]{2,40}$/.test(code) ? ` (${code})` : '';
  return bucketUnavailable(what, `the connection failed${known}`, error);
}

/** For answers that are known to be short: errors and small calls. Cut at `limit` characters. */
export async function readText(answer: IncomingMessage, url: URL, limit = 1_048_576): Promise<string> {
  try {
    return await readWhole(answer, limit);
  } catch (error) {
    throw connectionError(error, url);
  }
}

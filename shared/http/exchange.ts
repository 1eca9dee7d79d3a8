/** One outgoing HTTP exchange over a pool of kept connections: headers, deadlines, abort. No retries, no meaning. */
import * as http from 'node:http';
import * as https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { ExchangeTimeout, networkCode, StaleConnection } from './network-errors.ts';

export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  /** In place of the path and query of `url`, exactly as it is sent. */
  readonly path?: string | undefined;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body?: string | Uint8Array | undefined;
}

export interface ExchangeLimits {
  readonly signal?: AbortSignal | undefined;
  /** Until the whole answer is there, or only until its headers when `bodyTimeoutMs` is given. */
  readonly timeoutMs?: number | undefined;
  /** From the headers to the end of the body: for a watch. */
  readonly bodyTimeoutMs?: number | undefined;
  /** A connection is dead when no byte has come for this long. */
  readonly silenceMs?: number | undefined;
}

export interface HttpExchange {
  /**
   * Resolves with the headers of an answer of any status; the caller reads or destroys the body. Rejects with Node's error,
   * `ExchangeTimeout` or `StaleConnection`.
   */
  open(request: OutgoingRequest, limits?: ExchangeLimits): Promise<http.IncomingMessage>;
  close(): void;
}

export interface HttpExchangeOptions {
  readonly pool?: http.AgentOptions;
  /** Certificates and names of an https server. */
  readonly tls?: https.AgentOptions;
  /** Used in place of an own pool: a proxy. */
  readonly agent?: http.Agent | undefined;
}

export function createHttpExchange({ pool = { keepAlive: true }, tls, agent }: HttpExchangeOptions = {}): HttpExchange {
  const plain = agent ?? new http.Agent(pool);
  const secure = agent ?? new https.Agent({ ...pool, ...tls });
  return {
    async open({ method, url, path, headers, body }, { signal, timeoutMs, bodyTimeoutMs, silenceMs } = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
      const isTls = url.protocol === 'https:';
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const outgoing = (isTls ? https.request : http.request)({
        ...urlToHttpOptions(url),
        ...(path === undefined ? {} : { path }),
        method,
        agent: isTls ? secure : plain,
        headers: { ...headers, ...length },
      });
      let response: http.IncomingMessage | undefined;
      const stop = (reason: Error): void => {
        response?.destroy(reason);
        outgoing.destroy(reason);
      };
      const expireAfter = (ms: number | undefined): NodeJS.Timeout | undefined =>
        ms === undefined ? undefined : setTimeout(() => stop(new ExchangeTimeout(ms)), ms);
      let timer = expireAfter(timeoutMs);
      if (silenceMs !== undefined) outgoing.setTimeout(silenceMs, () => stop(new ExchangeTimeout(silenceMs)));
      const abort = (): void => stop(new Error('aborted'));
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted === true) abort();

      outgoing.on('response', (incoming) => {
        response = incoming;
        if (bodyTimeoutMs !== undefined) {
          clearTimeout(timer);
          timer = expireAfter(bodyTimeoutMs);
        }
        resolve(incoming);
      });
      outgoing.on('error', (thrown) => {
        const wasClosed = networkCode(thrown) === 'ECONNRESET' || networkCode(thrown) === 'EPIPE';
        const isStale = outgoing.reusedSocket && wasClosed;
        reject(isStale ? new StaleConnection('closed by the server', { cause: thrown }) : thrown);
      });
      outgoing.on('close', () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      });
      outgoing.end(body);
      return promise;
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** The whole body; what is longer than `maxLength` characters is read and dropped. */
export async function readText(response: http.IncomingMessage, maxLength = Infinity): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) if (text.length < maxLength) text += String(chunk);
  return text;
}

/** One HTTP exchange with the API server over one keep-alive pool: headers, deadline, abort. No retries, no meaning. */
import * as http from 'node:http';
import * as https from 'node:https';
import type { Connection } from './connection.ts';
import { ExchangeTimeout, networkCode, StaleConnection } from './network-errors.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query, below the server's own path. */
  readonly path: string;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  /** False: doing it twice is not the same as doing it once (the server would generate a second name). */
  readonly isRepeatable: boolean;
}

export interface ExchangeLimits {
  readonly signal?: AbortSignal | undefined;
  /** Until the whole answer is there, or only until its headers when `bodyTimeoutMs` is given. */
  readonly timeoutMs: number;
  /** From the headers to the end of the body: for a watch. */
  readonly bodyTimeoutMs?: number | undefined;
}

export interface Transport {
  /** Host and port, for error texts. */
  readonly host: string;
  /** Resolves with the headers; whoever calls reads or destroys the body. Rejects with Node's error, `ExchangeTimeout` or `StaleConnection`. */
  open(request: HttpRequest, token: string | undefined, limits: ExchangeLimits): Promise<http.IncomingMessage>;
}

/** Below the 90 s after which the API server closes an idle connection, so that it is seldom the server who closes first. */
const idleSocketMs = 60_000;

export function createTransport(connection: Connection, userAgent: string): Transport {
  const { server } = connection;
  const isTls = server.protocol === 'https:';
  const agent = connection.agent ?? createAgent(connection, isTls);
  const prefix = server.pathname.replace(/\/$/, '');
  const begin = isTls ? https.request : http.request;

  function headersOf(request: HttpRequest, token: string | undefined): http.OutgoingHttpHeaders {
    return {
      accept: 'application/json',
      'user-agent': userAgent,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(connection.impersonateUser === undefined ? {} : { 'impersonate-user': connection.impersonateUser }),
      ...(request.body === undefined
        ? {}
        : {
            'content-type': request.contentType ?? 'application/json',
            'content-length': Buffer.byteLength(request.body),
          }),
    };
  }

  return {
    host: server.host,
    open(request, token, limits) {
      const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
      const outgoing = begin({
        agent,
        hostname: server.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: server.port === '' ? undefined : Number(server.port),
        method: request.method,
        path: prefix + request.path,
        headers: headersOf(request, token),
      });
      let response: http.IncomingMessage | undefined;
      const stop = (reason: Error): void => {
        response?.destroy(reason);
        outgoing.destroy(reason);
      };
      const expireAfter = (ms: number): NodeJS.Timeout => setTimeout(() => stop(new ExchangeTimeout(ms)), ms);
      let timer = expireAfter(limits.timeoutMs);
      const abort = (): void => stop(new Error('aborted'));
      limits.signal?.addEventListener('abort', abort, { once: true });
      if (limits.signal?.aborted === true) abort();

      outgoing.on('response', (incoming) => {
        response = incoming;
        if (limits.bodyTimeoutMs !== undefined) {
          clearTimeout(timer);
          timer = expireAfter(limits.bodyTimeoutMs);
        }
        resolve(incoming);
      });
      outgoing.on('error', (thrown) => {
        const wasClosed = networkCode(thrown) === 'ECONNRESET' || networkCode(thrown) === 'EPIPE';
        reject(
          outgoing.reusedSocket && wasClosed ? new StaleConnection('closed by the server', { cause: thrown }) : thrown,
        );
      });
      outgoing.on('close', () => {
        clearTimeout(timer);
        limits.signal?.removeEventListener('abort', abort);
      });
      outgoing.end(request.body);
      return promise;
    },
  };
}

export async function readText(response: http.IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

function createAgent(connection: Connection, isTls: boolean): http.Agent {
  const pool = { keepAlive: true, timeout: idleSocketMs, maxFreeSockets: 16 };
  if (!isTls) return new http.Agent(pool);
  return new https.Agent({
    ...pool,
    ca: connection.ca,
    cert: connection.clientCertificate?.cert,
    key: connection.clientCertificate?.key,
    ...(connection.tlsServerName === undefined ? {} : { servername: connection.tlsServerName }),
    rejectUnauthorized: connection.insecureSkipTlsVerify !== true,
  });
}

/** The exchange with the API server: its connection, its headers, its prefix. No retries, no meaning. */
import type { IncomingMessage } from 'node:http';
import { createHttpExchange, type ExchangeLimits } from '../http/exchange.ts';
import type { Connection } from './connection.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query, below the server's own path. */
  readonly path: string;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  /** False: doing it twice is not the same as doing it once (the server would generate a second name). */
  readonly isRepeatable: boolean;
}

export interface Transport {
  /** Host and port, for error texts. */
  readonly host: string;
  /** As `HttpExchange.open`. */
  open(request: HttpRequest, token: string | undefined, limits: ExchangeLimits): Promise<IncomingMessage>;
}

/** Below the 90 s after which the API server closes an idle connection, so that it is seldom the server who closes first. */
const idleSocketMs = 60_000;

export function createTransport(connection: Connection, userAgent: string): Transport {
  const { server: url, agent, impersonateUser, ca, clientCertificate, tlsServerName } = connection;
  const exchange = createHttpExchange({
    agent,
    pool: { keepAlive: true, timeout: idleSocketMs, maxFreeSockets: 16 },
    tls: {
      ca,
      cert: clientCertificate?.cert,
      key: clientCertificate?.key,
      ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
      rejectUnauthorized: connection.insecureSkipTlsVerify !== true,
    },
  });
  const prefix = url.pathname.replace(/\/$/, '');

  return {
    host: url.host,
    open({ method, path, body, contentType = 'application/json' }, token, limits) {
      const headers = {
        accept: 'application/json',
        'user-agent': userAgent,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(impersonateUser === undefined ? {} : { 'impersonate-user': impersonateUser }),
        ...(body === undefined ? {} : { 'content-type': contentType }),
      };
      return exchange.open({ method, url, path: prefix + path, headers, body }, limits);
    },
  };
}

/** The transport with the connection's token: after a 401 it asks for a fresh token and sends again. */
import type { IncomingMessage } from 'node:http';
import type { Connection } from './connection.ts';
import type { ExchangeLimits } from '../http/exchange.ts';
import { StaleConnection } from '../http/network-errors.ts';
import { createTransport, type HttpRequest } from './transport.ts';

export interface AuthenticatedTransport {
  /** Host and port, for error texts. */
  readonly host: string;
  open(request: HttpRequest, limits: ExchangeLimits): Promise<IncomingMessage>;
}

export function createAuthenticatedTransport(connection: Connection, userAgent: string): AuthenticatedTransport {
  const transport = createTransport(connection, userAgent);

  /** A stale pooled connection is no answer at all: what may be repeated goes out again at once, on another one. */
  async function openWith(token: string | undefined, request: HttpRequest, limits: ExchangeLimits) {
    try {
      return await transport.open(request, token, limits);
    } catch (thrown) {
      if (!(thrown instanceof StaleConnection) || !request.isRepeatable) throw thrown;
      return await transport.open(request, token, limits);
    }
  }

  return {
    host: transport.host,
    async open(request, limits) {
      const token = await connection.token?.({ isRefused: false });
      const response = await openWith(token, request, limits);
      if (response.statusCode !== 401 || connection.token === undefined) return response;
      // Read to its end, so that the connection goes back to the pool.
      response.resume();
      return await openWith(await connection.token({ isRefused: true }), request, limits);
    },
  };
}

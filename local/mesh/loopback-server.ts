/** HTTP servers that listen on 127.0.0.1 and nowhere else. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { answerProblem } from './answer-problem.ts';
import { whyForeignRequest } from '../why-foreign-request.ts';

export interface LoopbackServer {
  /** Without a trailing slash. */
  readonly url: string;
  /** Ends open connections too. */
  close(): Promise<void>;
}

export type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;

/** Port 0 lets the system choose; throws `conflict` when the port is taken and `invalid_request` for an address beyond loopback. */
export async function listenOnLoopback(
  listener: RequestListener,
  options: { readonly port?: number; readonly host?: string } = {},
): Promise<LoopbackServer> {
  const host = options.host ?? '127.0.0.1';
  if (host !== '127.0.0.1') {
    throw new SoteriaError('invalid_request', {
      what: `The local mesh does not listen on ${host}`,
      why: 'it has no authentication and is meant for this machine only',
      fix: 'leave the host out, or give 127.0.0.1',
    });
  }
  const server = createServer((request, response) => {
    const why = whyForeignRequest(request.headers);
    if (why === undefined) listener(request, response);
    else refuse(response, why);
  });
  // Longer than any client keeps an idle connection, and no limit on a request's length: the function sets such limits.
  server.keepAliveTimeout = 100_000;
  server.headersTimeout = 105_000;
  server.requestTimeout = 0;
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new SoteriaError(
          'conflict',
          {
            what: `The local mesh cannot listen on ${host}:${options.port ?? 0}`,
            why: 'another program uses that port, or it needs more rights',
            fix: 'choose another port, or stop the other program',
          },
          { cause },
        ),
      );
    });
    server.listen(options.port ?? 0, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  // A connection was not accepted for lack of a descriptor: the caller retries, and the other connections continue.
  server.on('error', () => undefined);
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, why: string): void {
  const fix = 'use the address that the start prints, from a terminal of this machine';
  answerProblem(response, new SoteriaError('forbidden', { what: 'The request was refused', why, fix }));
}

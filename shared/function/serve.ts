/** A function's server, set so that Knative's queue-proxy never meets a closing connection, and stopped without losing a request. */
import { createServer, type Server } from 'node:http';
import { SoteriaError } from '../errors.ts';
import type { FunctionApp } from './create-function.ts';
import { listenTo } from './listen-to.ts';

export interface ServeOptions {
  /** `host:port`, or `:port` for all addresses; port 0 for any free one. */
  readonly listenAddr: string;
  /** How long requests in flight may take once draining has begun. */
  readonly drainMs: number;
  /** Called when that time is over: the requests still there should give up and answer. */
  readonly onDrainTimeout?: () => void;
}

export interface Served {
  readonly host: string;
  readonly port: number;
  /** `host:port` */
  readonly address: string;
  /** Accepts nothing new, lets what is in flight finish, then closes. Calling it twice is calling it once. */
  drain(): Promise<void>;
}

/** How long an answer may still take after `onDrainTimeout`. */
const lastWordsMs = 1000;

/** Throws `invalid_settings` when the address cannot be listened on. */
export async function serve(app: FunctionApp, options: ServeOptions): Promise<Served> {
  const server = createServer({ requestTimeout: 0 }, listenTo(app));
  // The queue-proxy keeps idle connections for 90 s; who closes first must be the queue-proxy.
  server.keepAliveTimeout = 100_000;
  server.headersTimeout = 105_000;
  // Node closes connections that are idle when draining begins, but not those that become idle with an answer in flight.
  server.on('request', (_incoming, outgoing) => {
    outgoing.once('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
  });
  const { host, port } = await listen(server, options.listenAddr);
  let draining: Promise<void> | undefined;
  return {
    host,
    port,
    address: `${host.includes(':') ? `[${host}]` : host}:${port}`,
    drain: () => (draining ??= drain(server, options)),
  };
}

/** `:8080` → every address; `[::1]:8080` → without the brackets. */
export function parseListenAddr(
  listenAddr: string,
): { readonly host: string | undefined; readonly port: number } | undefined {
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(listenAddr);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65_535) return undefined;
  return { host: parts[1] ?? (parts[2] === '' ? undefined : parts[2]), port };
}

function listen(server: Server, listenAddr: string): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string, cause?: unknown): void =>
      reject(
        new SoteriaError(
          'invalid_settings',
          {
            what: `could not listen on ${listenAddr}`,
            why,
            fix: 'set SOTERIA_LISTEN_ADDR to a free host:port or :port',
          },
          { cause },
        ),
      );
    const wanted = parseListenAddr(listenAddr);
    if (wanted === undefined) return refuse('it is not of the form host:port or :port');
    server.once('error', (thrown: NodeJS.ErrnoException) =>
      refuse(`the system refused it (${thrown.code ?? 'unknown'})`, thrown),
    );
    server.listen(wanted, () => {
      const bound = server.address();
      if (bound === null || typeof bound === 'string') return refuse('it has no port');
      resolve({ host: bound.address, port: bound.port });
    });
  });
}

async function drain(server: Server, { drainMs, onDrainTimeout }: ServeOptions): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const timeout = setTimeout(() => onDrainTimeout?.(), drainMs);
  const cut = setTimeout(() => server.closeAllConnections(), drainMs + lastWordsMs);
  await closed;
  clearTimeout(timeout);
  clearTimeout(cut);
}

/** The local store: an in-memory cluster behind the HTTP interface of a Kubernetes API server, on this machine only. */
import { ApiRefusal } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { encodeJson, refusalAnswer, type Answer, type Incoming } from './answer.ts';
import { openJournal, type StoreLog } from './journal.ts';
import { receiveBody } from './receive-body.ts';
import { refuseForeignRequest, serveRequest } from './serve-request.ts';
import { streamWatch } from './stream-watch.ts';

export interface StoreOptions {
  readonly cluster: MemoryCluster;
  readonly host?: '127.0.0.1';
  /** Left out or 0: any free port. */
  readonly port?: number;
  /** The file that keeps the objects, with its journal beside it; left out: in memory only. */
  readonly dataFile?: string;
  readonly log?: StoreLog;
  readonly now?: () => Date;
  /** The time between two bookmarks of a watch; default 60 000. */
  readonly bookmarkEveryMs?: number;
}

export interface Store {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Throws `name_conflict` when the port or the data file is taken, `unprocessable` when the data file cannot be read. */
export async function startStore(options: StoreOptions): Promise<Store> {
  const { cluster, host = '127.0.0.1', port = 0, log = () => {}, now = () => new Date() } = options;
  const journal = options.dataFile === undefined ? undefined : openJournal(cluster, options.dataFile, log);
  const times = { bookmarkEveryMs: options.bookmarkEveryMs ?? 60_000 };
  const openWatches = new Set<() => void>();

  async function answer(request: IncomingMessage): Promise<Answer> {
    const refusal = refuseForeignRequest(request.headers);
    if (refusal !== undefined) return refusal;
    try {
      return serveRequest(cluster, now, await readIncoming(request));
    } catch (thrown) {
      if (thrown instanceof ApiRefusal) return refusalAnswer(thrown);
      log('store_request_failed', { method: request.method, path: request.url, error: String(thrown) });
      return refusalAnswer(new ApiRefusal(500, 'InternalError', 'the local store failed; its log has the reason'));
    }
  }

  function send(response: ServerResponse, answered: Answer): void {
    if ('watch' in answered) {
      const end = streamWatch(response, answered.watch, times);
      openWatches.add(end);
      response.on('close', () => openWatches.delete(end));
      return;
    }
    const [type, text] =
      'text' in answered ? ['text/plain', answered.text] : ['application/json', encodeJson(answered.json)];
    const bytes = Buffer.from(text);
    // The rest of a body that was too large is not read, so the connection cannot serve another request.
    const close = answered.status === 413 ? { connection: 'close' } : {};
    response.writeHead(answered.status, { 'content-type': type, 'content-length': bytes.length, ...close });
    response.end(bytes);
  }

  const server = createServer((request, response) => {
    void answer(request).then((answered) => send(response, answered));
  });
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      journal?.close();
      reject(cannotListen(host, port, cause));
    });
    server.listen(port, host, resolve);
  });
  // A connection was not accepted for lack of a descriptor: its client retries, and the other connections continue.
  server.on('error', (thrown) => log('store_connection_refused', { why: thrown.message }));
  const address = server.address();
  const url = `http://${host}:${typeof address === 'object' ? (address?.port ?? port) : port}`;
  log('store_started', { url, objects: cluster.snapshot().objects.length });

  return {
    url,
    async stop() {
      for (const end of openWatches) end();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      const overdue = setTimeout(() => server.closeAllConnections(), 2_000);
      await closed;
      clearTimeout(overdue);
      journal?.close();
    },
  };
}

async function readIncoming(request: IncomingMessage): Promise<Incoming> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://store');
  const [contentType = ''] = (request.headers['content-type'] ?? '').split(';');
  return {
    method: request.method ?? 'GET',
    pathname,
    query: searchParams,
    accept: request.headers.accept,
    contentType: contentType.trim().toLowerCase(),
    body: await receiveBody(request),
  };
}

function cannotListen(host: string, port: number, cause: unknown): SoteriaError {
  return new SoteriaError(
    'name_conflict',
    {
      what: `the local store could not listen on ${host}:${port}`,
      why: 'the port is in use, or may not be used by this account',
      fix: 'end what uses the port, or choose another one',
    },
    { cause },
  );
}

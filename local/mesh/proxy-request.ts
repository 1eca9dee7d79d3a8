/** Passes one HTTP exchange on, streaming both ways and adding nothing. */
import { Agent, request as openRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

export interface ProxyOptions {
  /** Base URL; path and query are those of the incoming request. */
  readonly to: string;
  /** Ends both sides when it aborts. */
  readonly signal: AbortSignal;
  /** Called once the whole request has been passed on. */
  readonly onSent?: () => void;
  /** Awaited before a 502 is answered. */
  readonly beforeBreakOff?: () => Promise<unknown>;
}

const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Resolves when the exchange is over, however it ended; answers 502 itself when the other side breaks off before answering. */
export function proxyRequest(request: IncomingMessage, response: ServerResponse, options: ProxyOptions): Promise<void> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(options.to);
    // A server that receives `Connection: close` closes with its answer, and a sender that still sends loses that answer. So the connection
    // could serve more requests, and is closed here when the exchange is over: a function that went to sleep leaves no stale socket behind.
    const agent = new Agent({ keepAlive: true });
    // The path goes on as it came: resolving it as a URL would let `//elsewhere/` choose the host.
    const onward = openRequest({
      hostname,
      port,
      path: request.url ?? '/',
      method: request.method ?? 'GET',
      headers: withoutHopByHop(request.headers),
      agent,
    });
    const abandon = (): void => {
      onward.destroy();
    };
    const breakOff = async (): Promise<void> => {
      await options.beforeBreakOff?.();
      if (response.headersSent) response.destroy();
      else if (!response.destroyed) response.writeHead(502, { connection: 'close' }).end('the function broke off');
    };
    options.signal.addEventListener('abort', abandon);
    response.once('close', () => {
      options.signal.removeEventListener('abort', abandon);
      // The rest of the request is read and dropped, or the sender could not end its request.
      request.unpipe(onward);
      request.resume();
      onward.destroy();
      agent.destroy();
      resolve();
    });
    onward.on('error', () => {
      if (!options.signal.aborted) void breakOff();
    });
    onward.on('finish', () => options.onSent?.());
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.headers));
      response.flushHeaders();
      answer.on('error', () => {
        if (!options.signal.aborted) void breakOff();
      });
      answer.pipe(response);
    });
    request.on('error', abandon);
    request.pipe(onward);
    if (options.signal.aborted) abandon();
  });
}

function withoutHopByHop(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name) && !named.has(name)));
}

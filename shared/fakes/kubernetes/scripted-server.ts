/** An HTTP server on the loopback that plays an API server by script: one step per request. Only tests import this. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import type { HttpClientOptions } from '../../kubernetes/exchange.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The client's port: equal for requests over one connection. */
  readonly port: number | undefined;
}

export type Step = (response: ServerResponse, request: SeenRequest) => void;

export interface ScriptedServer {
  readonly url: URL;
  readonly requests: readonly SeenRequest[];
}

/** A request beyond the last step is answered 418, so that the test sees it. Stops with the test. */
export async function startScriptedServer(...steps: readonly Step[]): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const seen: SeenRequest = {
        method: request.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        body,
        port: request.socket.remotePort,
      };
      requests.push(seen);
      (steps[requests.length - 1] ?? answer(418, {}))(response, seen);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the scripted server has no port');
  return { url: new URL(`http://127.0.0.1:${address.port}`), requests };
}

export function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Step {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** A Status object, as the API server answers refusals. */
export function refuse(
  code: number,
  reason: string,
  details: object = {},
  headers: Readonly<Record<string, string>> = {},
): Step {
  return answer(code, statusOf(code, reason, details), headers);
}

export function statusOf(code: number, reason: string, details: object = {}, message = `${reason}, says the server`) {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
}

/** Cuts the connection before any answer. */
export const hangUp: Step = (response) => {
  response.socket?.destroy();
};

export const neverAnswer: Step = () => {};

export function configMap(name: string, resourceVersion = '1', more: object = {}) {
  const metadata = {
    name,
    namespace: 'shop',
    uid: `uid-${name}`,
    resourceVersion,
    creationTimestamp: '2025-01-02T03:04:05Z',
  };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...more };
}

export interface FakeTime {
  readonly sleeps: number[];
  readonly options: HttpClientOptions;
}

/** Sleeping moves the clock and takes no time; jitter is always its upper bound. */
export function fakeTime(startAt = Date.parse('2025-01-02T03:04:05Z')): FakeTime {
  const sleeps: number[] = [];
  let nowMs = startAt;
  return {
    sleeps,
    options: {
      now: () => nowMs,
      random: () => 1,
      sleep: (ms) => {
        sleeps.push(ms);
        nowMs += ms;
        return Promise.resolve();
      },
    },
  };
}

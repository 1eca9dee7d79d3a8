/** The address that people use: each `/v1` path goes to the Service whose annotation claims it. */
import type { ServerResponse } from 'node:http';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { answerProblem } from './answer-problem.ts';
import { listenOnLoopback } from './loopback-server.ts';
import type { LoopbackServer } from './loopback-server.ts';
import { findRoute } from './find-route.ts';
import type { Route } from './find-route.ts';
import { proxyRequest } from './proxy-request.ts';

export interface FrontDoorOptions {
  readonly mesh: { listRoutes(): readonly Route[] };
  /** 0 lets the system choose. */
  readonly port: number;
  /** Only `127.0.0.1` is accepted. */
  readonly host?: string;
}

export function startFrontDoor({ mesh, port, host }: FrontDoorOptions): Promise<LoopbackServer> {
  return listenOnLoopback(
    (request, response) => {
      const routes = mesh.listRoutes();
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
      const route = findRoute(routes, path);
      if (route === undefined) {
        answerUnknownPath(response, path, routes);
        return;
      }
      const over = new AbortController();
      response.once('close', () => over.abort());
      void proxyRequest(request, response, { to: route.url, signal: over.signal });
    },
    host === undefined ? { port } : { port, host },
  );
}

function answerUnknownPath(response: ServerResponse, path: string, routes: readonly Route[]): void {
  const prefixes = [...new Set(routes.map((route) => route.prefix))].sort();
  const explanation = {
    what: `No function serves ${path}`,
    why: 'no Knative Service claims this path in its annotation soteria.dev/routes',
    fix: prefixes.length === 0 ? 'apply a Service with that annotation' : `use a path under ${prefixes.join(', ')}`,
  };
  answerProblem(response, new SoteriaError('not_found', explanation, { details: { prefixes } }), path);
}

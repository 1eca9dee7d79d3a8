/** The HTTP door: every request that is neither an event nor a look at health or metrics passes here before its route. */
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { SoteriaError, toSoteriaError } from '../errors.ts';
import { refuseUnfitAddress } from './check-address.ts';
import type { KitEnv } from './contract.ts';
import type { Doors } from './door.ts';
import { routePath } from './hono.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import { beginVisit, type KitTools } from './incoming.ts';
import { problemOf, refusalHeaders } from './problem.ts';
import { limitBody } from './limit-body.ts';
import { bodyDigestOf } from '../identity/signature.ts';

/** Authenticates, sets `incoming` and the trace context of the answer, and bounds body and time until the answer begins. */
export function httpDoor(tools: KitTools): MiddlewareHandler<KitEnv> {
  return async (c, next) => {
    const { headers, signal: hungUp } = c.req.raw;
    const onHangUp = (listener: () => void): void => hungUp.addEventListener('abort', listener, { once: true });
    const visit = beginVisit({ headers, onHangUp }, tools, { door: 'http' });
    const { signal, receivedAt, traceparent, traceId } = visit;
    c.set('traceId', traceId);
    c.header('traceparent', traceparent);

    async function enter(): Promise<void> {
      const address = new URL(c.req.raw.url);
      refuseUnfitAddress(address);
      await limitBody(c, tools.settings.maxBodyBytes);
      const caller = await tools.authenticate({
        door: 'http',
        headers: c.req.raw.headers,
        signal,
        method: c.req.method,
        path: address.pathname + address.search,
        bodyDigest: async () => bodyDigestOf(new Uint8Array(await c.req.arrayBuffer())),
      });
      const idempotencyKey = readIdempotencyKey(headers);
      const log = visit.log.with({ user: caller.user });
      c.set('incoming', { caller, signal, receivedAt, traceparent, idempotencyKey, log });
      await next();
    }

    try {
      await visit.inTime(enter());
    } catch (thrown) {
      // Hono lets only Errors reach the error handler.
      throw thrown instanceof Error ? thrown : toSoteriaError(thrown);
    } finally {
      visit.answered();
      const { outgoing } = c.env;
      // An answer may stream: it is sent, or lost with its connection, when `outgoing` closes.
      if (outgoing === undefined) visit.end();
      else outgoing.once('close', () => visit.end());
    }
  };
}

/** One line and one sample for every answer. */
export function observeHttp({ log, metrics }: KitTools): MiddlewareHandler<KitEnv> {
  return async (c, next) => {
    const startedMs = performance.now();
    await next();
    const seconds = (performance.now() - startedMs) / 1000;
    const pattern = routePath(c, -1);
    const { method } = c.req;
    const answered = { method, route: pattern === '/*' ? 'none' : pattern, status: c.res.status };
    metrics.httpAnswered({ ...answered, seconds });
    const fields = { ...answered, durationMs: Math.round(seconds * 1000), trace_id: c.get('traceId') };
    if (c.error === undefined) return log.info('http_answered', fields);
    const error = toSoteriaError(c.error);
    metrics.refused(error.code, 'http');
    if (error.httpStatus >= 500) log.error('http_failed', error, fields);
    else log.info('http_refused', { ...fields, code: error.code, why: error.explanation.why });
  };
}

/** Anything thrown behind the HTTP door, as a problem document. */
export function answerProblem(thrown: unknown, c: Context<KitEnv>): Response {
  const error = toSoteriaError(thrown);
  const problem = problemOf(error, { instance: c.req.path, traceId: c.get('traceId') });
  return c.body(JSON.stringify(problem), error.httpStatus, refusalHeaders(error));
}

/** For a path without a route; throws `method_not_allowed` when there is one for other methods, else `not_found`. */
export function refuseUnrouted(app: Hono<KitEnv>, doors: Doors, c: Context<KitEnv>): never {
  const { method, path } = c.req;
  const allowed = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(
    (other) =>
      doors.get(path)?.method === other ||
      app.router.match(other, path)[0].some(([[, route]]) => route.method === other),
  );
  if (allowed.length === 0) {
    throw new SoteriaError('not_found', {
      what: `there is nothing at ${path.slice(0, 200)}`,
      why: 'this function has no such route',
      fix: 'check the path against the API description; all routes begin with /v1/',
    });
  }
  c.header('allow', allowed.join(', '));
  throw new SoteriaError('method_not_allowed', {
    what: `${method} is not possible at ${path.slice(0, 200)}`,
    why: `this route takes ${allowed.join(', ')}`,
    fix: `use ${allowed.join(' or ')}`,
  });
}

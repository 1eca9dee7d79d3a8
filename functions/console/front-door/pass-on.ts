/**
 * Passes what belongs to another function on to it, signed with who asks, and streams the answer back. Knative holds a request to a sleeping
 * function until it is awake: sleep costs a wait.
 */
import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KitEnv } from '@soteria/shared/function/contract.ts';
import { readRawBody } from '@soteria/shared/function/json-body.ts';
import { createHttpExchange, type HttpExchange, type OutgoingRequest } from '@soteria/shared/http/exchange.ts';
import { wasNeverSent } from '@soteria/shared/http/network-errors.ts';
import { sleepUntilAborted, tryAgain } from '@soteria/shared/http/try-again.ts';
import { answerHeaders, onwardHeaders } from './onward-headers.ts';
import { findOwner, type Owner } from './owners.ts';

export interface FrontDoorSettings {
  readonly functionUrls: Readonly<Record<Owner, URL>>;
  /** The current one first. */
  readonly signingSecrets: readonly string[];
}

/** Undefined: no other function owns the path. */
export type PassOn = (c: Context<KitEnv>) => Promise<Response | undefined>;

/** Longer than a cold start and the function's own deadline together. */
const answerWithinMs = 110_000;
/** So long may an answer take that has begun: shorter than the platform allows the console itself. */
const endWithinMs = 570_000;
/** What was certainly not sent is sent again after these pauses. */
const pausesMs = [100, 400, 1_500];

export function createPassOn({ functionUrls, signingSecrets }: FrontDoorSettings, now: () => Date): PassOn {
  // A connection for each request: a function that fell asleep leaves no stale one behind.
  const exchange = createHttpExchange({ pool: { keepAlive: false } });
  return async (c) => {
    const { pathname, search } = new URL(c.req.raw.url);
    const owner = findOwner(pathname);
    if (owner === undefined) return undefined;
    const { caller, traceparent, signal } = c.get('incoming');
    const method = methodOf(c, pathname);
    const body = await readRawBody(c);
    const path = pathname + search;
    const asked = { method, path, body, caller, traceparent, headers: c.req.raw.headers, now: now() };
    const headers = onwardHeaders(asked, signingSecrets[0]);
    const request = { method, url: functionUrls[owner], path, headers, ...(body.length === 0 ? {} : { body }) };
    const answer = await send(exchange, request, owner, signal);
    return new Response(bodyOf(answer, c.req.method), {
      status: answer.statusCode ?? 502,
      headers: answerHeaders(answer.headers),
    });
  };
}

type Method = OutgoingRequest['method'];

/** A HEAD is answered by what a GET would say. */
function methodOf(c: Context<KitEnv>, path: string): Method {
  const { method } = c.req;
  const known: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const found = known.find((one) => one === (method === 'HEAD' ? 'GET' : method));
  if (found !== undefined) return found;
  c.header('allow', known.join(', '));
  throw new SoteriaError('method_not_allowed', {
    what: `${method} is not possible at ${path.slice(0, 200)}`,
    why: 'no route takes it',
    fix: `use ${known.join(', ')}`,
  });
}

async function send(
  exchange: HttpExchange,
  request: OutgoingRequest,
  owner: Owner,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const limits = { signal, timeoutMs: answerWithinMs, bodyTimeoutMs: endWithinMs };
  const outcome = await tryAgain(
    async (tries) => {
      const value = await exchange.open(request, limits).catch((thrown: unknown) => ({ thrown }));
      const isUnsent = 'thrown' in value && wasNeverSent(value.thrown);
      return { value, againAfterMs: isUnsent ? pausesMs[tries - 1] : undefined };
    },
    sleepUntilAborted,
    signal,
  );
  if ('thrown' in outcome) throw away(owner, 'it does not answer', outcome.thrown);
  if (!isOfFunction(outcome)) {
    outcome.resume();
    throw away(owner, `what stands before it answered ${outcome.statusCode ?? 0}`);
  }
  return outcome;
}

/** A function explains each refusal; a gateway, an activator or a mesh that does not reach it does not. */
function isOfFunction({ statusCode = 0, headers }: IncomingMessage): boolean {
  const isGateway = statusCode === 404 || (statusCode >= 502 && statusCode <= 504);
  return !isGateway || headers['content-type']?.startsWith('application/problem+json') === true;
}

function away(owner: Owner, why: string, cause?: unknown): SoteriaError {
  return new SoteriaError(
    'function_unavailable',
    {
      what: `the function ${owner} could not be asked`,
      why,
      fix: `ask again; if it stays, look at "kubectl get ksvc ${owner} -n soteria" and at the NetworkPolicy console-to-functions`,
    },
    { cause, retryAfterSeconds: 5 },
  );
}

/** The statuses that have none. */
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/** The reader's pace is the function's. */
function bodyOf(answer: IncomingMessage, method: string): ReadableStream<Uint8Array> | null {
  if (method === 'HEAD') {
    // Nobody will read it: the function must not wait for a reader.
    answer.destroy();
    return null;
  }
  if (!withoutBody.has(answer.statusCode ?? 0)) return ReadableStream.from<Uint8Array>(answer);
  answer.resume();
  return null;
}

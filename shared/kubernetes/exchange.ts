/** A call to the API server with what makes it dependable: tries, waits, abort, and one kind of error. */
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { SoteriaError } from '../errors.ts';
import { readText } from '../http/exchange.ts';
import { isTlsRefusal, StaleConnection, wasNeverSent } from '../http/network-errors.ts';
import { type Sleep, type Tried, tryAgain } from '../http/try-again.ts';
import { readStatus, refusalOf, type Answer, type Call } from './api-errors.ts';
import { createAuthenticatedTransport } from './authenticated-transport.ts';
import { retryAfterMs } from '../http/backoff.ts';
import type { Connection } from './connection.ts';
import { createFailureBudget, defaultFailureBudget, type FailureBudgetLimits } from './failure-budget.ts';
import { budgetSpent, networkFailureOf, throwIfAborted } from './network-errors.ts';
import { defaultRetryLimits, isServersFault, retryDelayMs, type FailedTry, type RetryLimits } from './retry.ts';
import type { HttpRequest } from './transport.ts';

export interface HttpClientOptions {
  /** Limit for one try with its body, or for a watch until its headers. Default 10 000. */
  readonly requestTimeoutMs?: number | undefined;
  readonly retry?: Partial<RetryLimits> | undefined;
  readonly failureBudget?: FailureBudgetLimits | undefined;
  readonly userAgent?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  /** In [0, 1). */
  readonly random?: (() => number) | undefined;
  /** Rejects when the signal aborts. */
  readonly sleep?: Sleep | undefined;
}

export interface Exchange {
  readonly limits: RetryLimits;
  readonly now: () => number;
  readonly random: () => number;
  /** The last answer, be it a refusal; throws a SoteriaError when there is none. */
  send(call: Call, request: HttpRequest, signal: AbortSignal | undefined): Promise<Answer>;
  /** The headers of one streaming answer, tried once; a refusal throws. */
  open(call: Call, path: string, signal: AbortSignal | undefined, bodyTimeoutMs: number): Promise<IncomingMessage>;
  /** Throws the abort as a SoteriaError. */
  pause(call: Call, ms: number, signal: AbortSignal | undefined): Promise<void>;
  refusal(call: Call, answer: Answer): SoteriaError;
}

type Outcome = { readonly answer: Answer } | { readonly failure: unknown };

export function createExchange(connection: Connection, options: HttpClientOptions): Exchange {
  const transport = createAuthenticatedTransport(connection, options.userAgent ?? 'soteria');
  const timeoutMs = options.requestTimeoutMs ?? 10_000;
  const limits: RetryLimits = { ...defaultRetryLimits, ...options.retry };
  const budget = createFailureBudget(options.failureBudget ?? defaultFailureBudget);
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;
  const sleep = options.sleep ?? sleepUnlessAborted;

  async function tryOnce(call: Call, request: HttpRequest, signal: AbortSignal | undefined): Promise<Outcome> {
    throwIfAborted(call, signal);
    try {
      return { answer: await readAnswer(await transport.open(request, { signal, timeoutMs })) };
    } catch (failure) {
      throwIfAborted(call, signal);
      if (failure instanceof SoteriaError) throw failure;
      return { failure };
    }
  }

  const exchange: Exchange = {
    limits,
    now,
    random,

    async send(call, request, signal) {
      const startedAt = now();
      const waitMs = budget.waitMs(startedAt);
      if (waitMs > 0) throw budgetSpent(call, transport.host, waitMs);
      async function attempt(tries: number): Promise<Tried<Outcome>> {
        const outcome = await tryOnce(call, request, signal);
        if ('answer' in outcome && outcome.answer.status < 400) return { value: outcome };
        const elapsedMs = now() - startedAt;
        const failed: FailedTry = { ...judge(outcome, now()), isRepeatable: request.isRepeatable, tries, elapsedMs };
        if (isServersFault(failed.outcome)) budget.spend(now());
        const isAffordable = budget.waitMs(now()) === 0;
        return { value: outcome, againAfterMs: isAffordable ? retryDelayMs(failed, limits, random) : undefined };
      }

      const outcome = await tryAgain(attempt, (ms) => exchange.pause(call, ms, signal), signal);
      if ('answer' in outcome) return outcome.answer;
      throw networkFailureOf(call, transport.host, outcome.failure);
    },

    async open(call, path, signal, bodyTimeoutMs) {
      throwIfAborted(call, signal);
      let response: IncomingMessage;
      try {
        const request = { method: 'GET', path, isRepeatable: true } as const;
        response = await transport.open(request, { signal, timeoutMs, bodyTimeoutMs });
        if (response.statusCode === 200) return response;
        throw exchange.refusal(call, await readAnswer(response));
      } catch (thrown) {
        throwIfAborted(call, signal);
        throw thrown instanceof SoteriaError ? thrown : networkFailureOf(call, transport.host, thrown);
      }
    },

    async pause(call, ms, signal) {
      try {
        await sleep(ms, signal);
      } catch (thrown) {
        throwIfAborted(call, signal);
        throw thrown;
      }
    },

    refusal: (call, answer) => refusalOf(call, answer, retryAfterMs(answer.retryAfter, now())),
  };
  return exchange;
}

function judge(outcome: Outcome, now: number): Pick<FailedTry, 'outcome' | 'retryAfterMs'> {
  if ('failure' in outcome) {
    const { failure } = outcome;
    return {
      outcome: {
        kind: 'network',
        wasNeverSent: wasNeverSent(failure),
        isPermanent: isTlsRefusal(failure),
        isStale: failure instanceof StaleConnection,
      },
      retryAfterMs: undefined,
    };
  }
  const { answer } = outcome;
  return {
    outcome: { kind: 'refused', httpStatus: answer.status, reason: readStatus(answer.body)?.reason },
    retryAfterMs: retryAfterMs(answer.retryAfter, now),
  };
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const body = await readText(response);
  return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body };
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleepFor(ms, undefined, signal === undefined ? {} : { signal });
}

/** What a failed call to the API server means, in words. Pure. */
import { SoteriaError } from '../errors.ts';
import { ExchangeTimeout, isTlsRefusal, networkCode, StaleConnection } from '../http/network-errors.ts';
import { whatFailed, type Call } from './api-errors.ts';

/** `host` is the server's host and port. */
export function networkFailureOf(call: Call, host: string, thrown: unknown): SoteriaError {
  const why =
    thrown instanceof ExchangeTimeout
      ? `the API server at ${host} gave ${thrown.message}`
      : `the connection to the API server at ${host} failed (${networkCode(thrown) ?? (thrown instanceof StaleConnection ? thrown.message : 'for no stated reason')})`;
  const fix = isTlsRefusal(thrown)
    ? 'check that the certificate authority, the client certificate and the server name fit this API server'
    : 'ask again; if it stays, check that the API server runs and is reachable from here';
  return new SoteriaError('cluster_unavailable', { what: whatFailed(call), why, fix }, { cause: thrown });
}

/** Not sent: too many calls have failed of late. */
export function budgetSpent(call: Call, host: string, waitMs: number): SoteriaError {
  return new SoteriaError(
    'cluster_unavailable',
    {
      what: whatFailed(call),
      why: `the API server at ${host} was not asked: too many calls to it have failed of late`,
      fix: 'ask again later; if it stays, check that the API server and the webhooks behind it run',
    },
    { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
  );
}

/** A question of its own because the answer changes across an `await`, which the type checker does not expect of a property. */
export function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Throws `cluster_unavailable` once the caller's signal has aborted, or its reason when that is a SoteriaError. */
export function throwIfAborted(call: Call, signal: AbortSignal | undefined): void {
  if (!isAborted(signal)) return;
  const reason: unknown = signal?.reason;
  if (reason instanceof SoteriaError) throw reason;
  throw new SoteriaError(
    'cluster_unavailable',
    {
      what: whatFailed(call),
      why: 'the call was cancelled before the API server had answered',
      fix: 'ask again, with more time if the deadline was too short',
    },
    { cause: reason },
  );
}

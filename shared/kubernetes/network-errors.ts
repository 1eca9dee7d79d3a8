/** What a failed exchange means: aborted by the caller, never sent, refused by TLS, or lost on the way. Pure. */
import { SoteriaError } from '../errors.ts';
import { whatFailed, type Call } from './api-errors.ts';

/** The transport's own deadline for one exchange has passed. */
export class ExchangeTimeout extends Error {
  override readonly name = 'ExchangeTimeout';
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`no complete answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** A kept-alive connection that the server closed just as it was used again: no sign that the server is unwell. */
export class StaleConnection extends Error {
  override readonly name = 'StaleConnection';
}

/** Node's error code, such as `ECONNREFUSED`; undefined for anything else. */
export function networkCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

const neverSent: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** True: the server has certainly not seen the request, so even what must not happen twice may be sent again. */
export function wasNeverSent(thrown: unknown): boolean {
  const code = networkCode(thrown);
  return code !== undefined && (neverSent.has(code) || isTlsRefusal(thrown));
}

/** A certificate problem: asking again changes nothing. */
export function isTlsRefusal(thrown: unknown): boolean {
  return /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/.test(networkCode(thrown) ?? '');
}

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

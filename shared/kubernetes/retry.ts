/** Is it worth asking the API server again, and when? Pure. */
import { backoffMs, type BackoffLimits } from '../http/backoff.ts';

export interface RetryLimits extends BackoffLimits {
  /** Tries of one call, the first included. */
  readonly maxTries: number;
  /** From the first request to the end of the last wait. */
  readonly maxTotalMs: number;
}

export const defaultRetryLimits: RetryLimits = { maxTries: 5, maxTotalMs: 30_000, baseMs: 100, capMs: 5_000 };

export interface FailedTry {
  readonly outcome:
    | { readonly kind: 'refused'; readonly httpStatus: number; readonly reason: string | undefined }
    | {
        readonly kind: 'network';
        readonly wasNeverSent: boolean;
        readonly isPermanent: boolean;
        readonly isStale?: boolean;
      };
  /** False: doing it twice is not the same as doing it once (a generated name). */
  readonly isRepeatable: boolean;
  /** Counting this one. */
  readonly tries: number;
  readonly elapsedMs: number;
  /** What the server asked for. */
  readonly retryAfterMs: number | undefined;
}

/** Milliseconds to wait before the next try; undefined to give up. */
export function retryDelayMs(failed: FailedTry, limits: RetryLimits, random: () => number): number | undefined {
  if (failed.tries >= Math.min(limits.maxTries, maxTriesFor(failed))) return undefined;
  const delayMs = (failed.retryAfterMs ?? 0) + backoffMs(failed.tries, limits, random);
  return failed.elapsedMs + delayMs > limits.maxTotalMs ? undefined : delayMs;
}

/** The server says by these that it failed, not that the request is wrong; a webhook that cannot be called is one of them. */
const serverFailures: ReadonlySet<string | undefined> = new Set(['InternalError', 'Timeout', 'ServerTimeout']);

/** What counts against the budget of failures: the server is not well, whatever was asked. */
export function isServersFault(outcome: FailedTry['outcome']): boolean {
  if (outcome.kind === 'network') return outcome.isStale !== true;
  const { httpStatus, reason } = outcome;
  return httpStatus === 429 || httpStatus > 501 || (httpStatus === 500 && serverFailures.has(reason));
}

function maxTriesFor({ outcome, isRepeatable }: FailedTry): number {
  if (outcome.kind === 'network') {
    if (outcome.isPermanent) return 1;
    return isRepeatable || outcome.wasNeverSent ? Infinity : 1;
  }
  switch (outcome.httpStatus) {
    case 429:
      return Infinity;
    case 502:
    case 503:
    case 504:
      return isRepeatable ? Infinity : 1;
    case 500:
      // A webhook may answer 500 to what it will never accept (Longhorn does): retry once, not for half a minute.
      return isRepeatable && serverFailures.has(outcome.reason) ? 2 : 1;
    default:
      return 1;
  }
}

/** Retries a call that the store refuses temporarily, after the pause that the store names. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { backoffMs, retryAfterMs } from '@soteria/shared/http/backoff.ts';
import { type Sleep, sleepUntilAborted, type Tried, tryAgain as tryInTurn } from '@soteria/shared/http/try-again.ts';

export interface Patience {
  /** How often a call is retried. */
  readonly retries: number;
  readonly random: () => number;
  readonly sleep: Sleep;
  readonly now: () => Date;
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
  /** The call gives up when the store asks for a longer pause than this. */
  readonly maxWaitMs: number;
}

export const defaultPatience: Patience = {
  retries: 6,
  random: Math.random,
  sleep: sleepUntilAborted,
  now: () => new Date(),
  backoff: { baseMs: 500, capMs: 10_000 },
  // Longer than this the step ends and the delivery's own backoff waits: a function must not sleep.
  maxWaitMs: 15_000,
};

/** A Job may sleep: its next Pod would only call the same store again. */
export const jobPatience: Patience = {
  ...defaultPatience,
  retries: 12,
  backoff: { baseMs: 500, capMs: 60_000 },
  maxWaitMs: 300_000,
};

/** Adds to a temporary refusal when the store says to retry. */
export function withRetryAfter(error: SoteriaError, retryAfter: string | undefined, now: Date): SoteriaError {
  const ms = retryAfterMs(retryAfter, now.getTime());
  if (ms === undefined) return error;
  const { code, explanation, cause, details } = error;
  return new SoteriaError(code, explanation, {
    cause,
    retryAfterSeconds: Math.ceil(ms / 1000),
    ...(details === undefined ? {} : { details }),
  });
}

export async function tryAgain<T>(act: () => Promise<T>, patience: Patience, signal: AbortSignal): Promise<T> {
  async function attempt(tries: number): Promise<Tried<{ readonly done: T } | { readonly thrown: unknown }>> {
    try {
      return { value: { done: await act() } };
    } catch (thrown) {
      return { value: { thrown }, againAfterMs: waitAfter(thrown, tries, patience) };
    }
  }

  const outcome = await tryInTurn(attempt, patience.sleep, signal);
  if ('thrown' in outcome) throw outcome.thrown;
  return outcome.done;
}

function waitAfter(thrown: unknown, tries: number, patience: Patience): number | undefined {
  const isWorthIt = thrown instanceof SoteriaError && thrown.code === 'bucket_unavailable';
  if (!isWorthIt || tries > patience.retries) return undefined;
  const askedMs = (thrown.retryAfterSeconds ?? 0) * 1000;
  if (askedMs > patience.maxWaitMs) return undefined;
  return Math.max(askedMs, backoffMs(tries, patience.backoff, patience.random));
}

/** Tries of one call: what a store refuses for the moment is asked again, after as long as it wishes. */
import { setTimeout as wait } from 'node:timers/promises';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { backoffMs, retryAfterMs } from '@soteria/shared/kubernetes/backoff.ts';

export interface Patience {
  /** Further tries after the first. */
  readonly retries: number;
  readonly random: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => Date;
  readonly backoff: { readonly baseMs: number; readonly capMs: number };
  /** Asked to wait longer than this, the call gives up. */
  readonly maxWaitMs: number;
}

export const defaultPatience: Patience = {
  retries: 6,
  random: Math.random,
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { signal }).catch(() => undefined);
  },
  now: () => new Date(),
  backoff: { baseMs: 500, capMs: 10_000 },
  // Longer than this the step ends and the delivery's own backoff waits: a function must not sleep.
  maxWaitMs: 15_000,
};

/** A Job may: its next Pod would begin by asking the same store again. */
export const jobPatience: Patience = {
  ...defaultPatience,
  retries: 12,
  backoff: { baseMs: 500, capMs: 60_000 },
  maxWaitMs: 300_000,
};

/** A refusal for the moment, with what the store said about when. */
export function tellWhen(error: SoteriaError, retryAfter: string | undefined, now: Date): SoteriaError {
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
  for (let failures = 1; ; failures += 1) {
    try {
      return await act();
    } catch (thrown) {
      const isWorthIt = thrown instanceof SoteriaError && thrown.code === 'bucket_unavailable';
      if (!isWorthIt || failures > patience.retries || signal.aborted) throw thrown;
      const asked = (thrown.retryAfterSeconds ?? 0) * 1000;
      if (asked > patience.maxWaitMs) throw thrown;
      await patience.sleep(Math.max(asked, backoffMs(failures, patience.backoff, patience.random)), signal);
    }
  }
}

/** The one loop of tries. What is worth another try, and when, the caller decides of each outcome. */
import { setTimeout as wait } from 'node:timers/promises';

export interface Tried<T> {
  readonly value: T;
  /** Milliseconds until the next try; undefined: this was the last. */
  readonly againAfterMs?: number | undefined;
}

export type Sleep = (ms: number, signal: AbortSignal | undefined) => Promise<void>;

/** The value of the last try. No further try begins once the signal has aborted. */
export async function tryAgain<T>(
  attempt: (tries: number) => Promise<Tried<T>>,
  sleep: Sleep,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const { value, againAfterMs } = await attempt(tries);
    if (againAfterMs === undefined || signal?.aborted === true) return value;
    await sleep(againAfterMs, signal);
  }
}

/** An abort ends the wait; the next try then fails at once and says so. */
export async function sleepUntilAborted(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

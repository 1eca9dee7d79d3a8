/** Time as the mesh sees it; tests hand in their own. */

export interface Clock {
  readonly now: () => Date;
  /** Calls back once after that many milliseconds; the returned function cancels. */
  readonly setTimer: (run: () => void, ms: number) => () => void;
}

export const realClock: Clock = {
  now: () => new Date(),
  setTimer: (run, ms) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after that many milliseconds, or at once when the signal aborts. */
export function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.setTimer(done, ms);
    signal.addEventListener('abort', done);
  });
}

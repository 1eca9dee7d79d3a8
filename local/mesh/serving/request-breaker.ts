/** The queue in front of one function process: it limits the running requests, lets ten times as many wait, and turns away the rest. */

export interface Breaker {
  /** Resolves to a function that releases the place, to undefined when the signal aborted first, or to 'full' when no place is left. */
  enter(signal: AbortSignal): Promise<(() => void) | undefined> | 'full';
}

const queuedPerPlace = 10;

/** A concurrency of 0 has no limit. */
export function createBreaker(concurrency: number): Breaker {
  let working = 0;
  const queue: (() => void)[] = [];

  function take(): () => void {
    working += 1;
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      working -= 1;
      queue.shift()?.();
    };
  }

  return {
    enter(signal) {
      if (concurrency === 0 || working < concurrency) return Promise.resolve(take());
      if (queue.length >= concurrency * queuedPerPlace) return 'full';
      return new Promise((resolve) => {
        const admit = (): void => {
          signal.removeEventListener('abort', giveUp);
          resolve(take());
        };
        const giveUp = (): void => {
          queue.splice(queue.indexOf(admit), 1);
          resolve(undefined);
        };
        queue.push(admit);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}

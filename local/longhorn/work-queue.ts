/**
 * Keys to look at, one at a time. Invariants:
 *  1. A key is in the queue at most once; a key that is added while it is being processed is processed again.
 *  2. A look that asks to come back after some time is not repeated sooner, whatever happens meanwhile: that is the pace.
 */
export interface WorkQueue {
  add(key: string): void;
  /** From now on keys are looked at. */
  start(): void;
  /** Comes back when the look that is under way has ended; none starts after that. */
  stop(): Promise<void>;
}

/** A number: milliseconds in which not to look again, and then to look. `laterMs`: look then, or sooner when asked to. */
export type NextLook = number | { readonly laterMs: number } | undefined;

export interface WorkQueueOptions {
  /** A throw is looked at again after a growing pause. */
  readonly look: (key: string) => Promise<NextLook>;
  readonly onError: (key: string, thrown: unknown, failures: number) => void;
}

const firstPauseMs = 50;
const longestPauseMs = 5000;

export function createWorkQueue({ look, onError }: WorkQueueOptions): WorkQueue {
  const waiting = new Set<string>();
  const paused = new Map<string, NodeJS.Timeout>();
  const later = new Map<string, NodeJS.Timeout>();
  const failures = new Map<string, number>();
  let isRunning = false;
  let working: Promise<void> | undefined;

  function add(key: string): void {
    if (paused.has(key)) return;
    waiting.add(key);
    wake();
  }

  function wake(): void {
    if (!isRunning || working !== undefined) return;
    working = work().finally(() => {
      working = undefined;
      // What came between the last look and here.
      if (waiting.size > 0) wake();
    });
  }

  async function work(): Promise<void> {
    for (;;) {
      const [key] = waiting;
      if (key === undefined || !isRunning) return;
      waiting.delete(key);
      clearTimeout(later.get(key));
      later.delete(key);
      const next = await lookOnce(key);
      if (typeof next === 'number') pause(key, next);
      else if (next !== undefined) remind(key, next.laterMs);
    }
  }

  async function lookOnce(key: string): Promise<NextLook> {
    try {
      const next = await look(key);
      failures.delete(key);
      return next;
    } catch (error) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      onError(key, error, count);
      return Math.min(longestPauseMs, firstPauseMs * 2 ** (count - 1));
    }
  }

  function pause(key: string, ms: number): void {
    if (!isRunning) return;
    waiting.delete(key);
    const timer = setTimeout(() => {
      paused.delete(key);
      add(key);
    }, ms);
    paused.set(key, timer);
  }

  function remind(key: string, ms: number): void {
    if (!isRunning) return;
    const timer = setTimeout(() => {
      later.delete(key);
      add(key);
    }, ms);
    later.set(key, timer);
  }

  return {
    add,
    start() {
      isRunning = true;
      wake();
    },
    async stop() {
      isRunning = false;
      for (const timer of [...paused.values(), ...later.values()]) clearTimeout(timer);
      paused.clear();
      later.clear();
      await working;
    },
  };
}

/**
 * Keys to process, one at a time. Invariants:
 *  1. A key is in the queue at most once; a key that is added while it is being processed is processed again.
 *  2. A key that is to be processed again after some time is not processed sooner, whatever happens meanwhile: this sets the pace.
 */
export interface WorkQueue {
  add(key: string): void;
  /** Starts to process keys. */
  start(): void;
  /** Resolves when the key in work is done; no other key is processed after that. */
  stop(): Promise<void>;
}

/** A number: milliseconds in which the key is not processed, and after which it is. `laterMs`: process the key then, or sooner when it is added. */
export type NextLook = number | { readonly laterMs: number } | undefined;

export interface WorkQueueOptions {
  /** A key whose processing throws is retried after a growing pause. */
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
      // Keys that came between the last look and here.
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

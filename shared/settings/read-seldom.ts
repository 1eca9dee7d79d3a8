interface Begun<T> {
  readonly answer: Promise<T>;
  readonly begunAt: number;
  until: number;
}

/**
 * A read whose answer may be as old as `maxAgeMs`: callers that ask at once, or soon after each other, share one request. With `maxWaitMs` a read that takes longer
 * is shared too, for so long, and its answer may be as old as `maxAgeMs` from its end. No caller's signal ends it,
 * for it is not that caller's alone; a failure is remembered for nobody who asks after it.
 */
export function readSeldom<T>(
  read: () => Promise<T>,
  { maxAgeMs, maxWaitMs, now }: { readonly maxAgeMs: number; readonly maxWaitMs?: number; readonly now: () => Date },
): () => Promise<T> {
  let last: Begun<T> | undefined;

  async function settle(begun: Begun<T>): Promise<void> {
    try {
      await begun.answer;
      if (maxWaitMs !== undefined) begun.until = now().getTime() + maxAgeMs;
    } catch {
      if (last === begun) last = undefined;
    }
  }

  return () => {
    const at = now().getTime();
    // A clock that was set back makes nothing last longer.
    if (last !== undefined && at >= last.begunAt && at < last.until) return last.answer;
    const begun = { answer: read(), begunAt: at, until: at + (maxWaitMs ?? maxAgeMs) };
    last = begun;
    void settle(begun);
    return begun.answer;
  };
}

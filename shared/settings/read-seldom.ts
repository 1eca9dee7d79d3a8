/**
 * A read whose answer may be as old as `maxAgeMs`: callers that ask at once, or soon after each other, share one request. No caller's signal ends it,
 * for it is not that caller's alone; a failure is remembered for nobody who asks after it.
 */
export function readSeldom<T>(
  read: () => Promise<T>,
  { maxAgeMs, now }: { readonly maxAgeMs: number; readonly now: () => Date },
): () => Promise<T> {
  let last: { readonly answer: Promise<T>; readonly begunAt: number } | undefined;
  return () => {
    const at = now().getTime();
    // A clock that was set back makes nothing last longer.
    if (last !== undefined && at >= last.begunAt && at - last.begunAt < maxAgeMs) return last.answer;
    const begun = { answer: read(), begunAt: at };
    last = begun;
    begun.answer.catch(() => {
      if (last === begun) last = undefined;
    });
    return begun.answer;
  };
}

/** A read whose answer may be as old as `maxAgeMs`: several that ask at once, or soon after each other, are one request. */
export function readSeldom<T>(
  read: (signal?: AbortSignal) => Promise<T>,
  { maxAgeMs, now }: { readonly maxAgeMs: number; readonly now: () => Date },
): (signal?: AbortSignal) => Promise<T> {
  let last: { readonly answer: T; readonly readAt: number } | undefined;
  return async (signal) => {
    const at = now().getTime();
    // A clock that was set back makes nothing last longer.
    if (last !== undefined && at >= last.readAt && at - last.readAt < maxAgeMs) return last.answer;
    const answer = await read(signal);
    last = { answer, readAt: at };
    return answer;
  };
}

/**
 * Within one process, one Operation is moved by one wake-up at a time; the next waits and finds what the first has left. Between
 * pods the resourceVersion decides; this only spares the conflicts that one pod would have with itself.
 */
export type OneAtATime = <T>(key: string, act: () => Promise<T>) => Promise<T>;

export function createOneAtATime(): OneAtATime {
  const last = new Map<string, Promise<unknown>>();
  return async <T>(key: string, act: () => Promise<T>): Promise<T> => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(act, act);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}

import { setTimeout as pause } from 'node:timers/promises';

/** Calls until the answer is neither `undefined` nor `false`; throws after 10 seconds. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  const endAt = performance.now() + 10_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > endAt) throw new Error(`waited in vain until ${what}`);
    await pause(2);
  }
}

import { setTimeout as wait } from 'node:timers/promises';

/** Looks every 100 ms until `look` finds something. `missing` keeps what the error says after `timeoutMs`, and gives back undefined. */
export async function waitFor<T>(
  timeoutMs: number,
  look: (missing: (why: string) => undefined) => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let why = '';
  for (;;) {
    const found = await look((text) => void (why = text));
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`after ${timeoutMs / 1000} s ${why}`);
    await wait(100);
  }
}

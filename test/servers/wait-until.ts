import { setTimeout as pause } from 'node:timers/promises';

export interface WaitOptions {
  /** Default 30 000. */
  readonly deadlineMs?: number;
  /** Default 50. */
  readonly everyMs?: number;
  /** Called before every try; throws when waiting has become pointless. */
  readonly assertPossible?: () => void;
}

/**
 * Calls `ask` until its answer is neither `undefined` nor `false`, and returns that. A throw inside `ask` counts as "not yet".
 * After the deadline it throws with `what` and the last thing thrown as cause.
 */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  { deadlineMs = 30_000, everyMs = 50, assertPossible }: WaitOptions = {},
): Promise<T> {
  const endAt = performance.now() + deadlineMs;
  for (;;) {
    assertPossible?.();
    let thrown: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      thrown = error;
    }
    if (performance.now() >= endAt) {
      const last = thrown instanceof Error ? `; last: ${thrown.message}` : '';
      throw new Error(`waited ${deadlineMs} ms in vain until ${what}${last}`, { cause: thrown });
    }
    await pause(everyMs);
  }
}

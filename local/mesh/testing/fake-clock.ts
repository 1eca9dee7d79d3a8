/** A clock that stands still until it is moved. */
import type { Clock } from '../clock.ts';

export interface FakeClock extends Clock {
  /** How far away each timer is, in milliseconds. */
  pendingMs(): readonly number[];
  /** Moves the clock on, firing every timer that comes due at its own instant, new timers included. */
  advance(ms: number): void;
  /** Moves the clock without firing the timers that came due meanwhile: a machine that slept. The next `advance` fires it late. */
  jump(ms: number): void;
}

export function createFakeClock(startAt: string): FakeClock {
  let nowMs = Date.parse(startAt);
  const timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();
  let lastId = 0;

  return {
    now: () => new Date(nowMs),
    setTimer(run, ms) {
      lastId += 1;
      const id = lastId;
      timers.set(id, { atMs: nowMs + Math.max(0, ms), run });
      return () => timers.delete(id);
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const [next] = [...timers].filter(([, timer]) => timer.atMs <= untilMs).sort(([, a], [, b]) => a.atMs - b.atMs);
        if (next === undefined) break;
        const [id, timer] = next;
        timers.delete(id);
        nowMs = Math.max(nowMs, timer.atMs);
        timer.run();
      }
      nowMs = Math.max(nowMs, untilMs);
    },
    pendingMs: () => [...timers.values()].map((timer) => timer.atMs - nowMs),
    jump: (ms) => void (nowMs += ms),
  };
}

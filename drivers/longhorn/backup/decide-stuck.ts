/** Longhorn works on it and nothing moves: given up for a new attempt (longhorn.md 5), later for a large volume than for a small one. */
import type { Action } from './action.ts';
import { attempts, limits } from './limits.ts';
import type { Situation } from './situation.ts';

/** A large volume stands at 0 % for as long as it takes to read what it holds (#10797): slower than this reads no disk. */
const bytesReadPerSecond = 100n * 1024n * 1024n;

export function stuckAfterMs(stallMs: number, volumeBytes: bigint): number {
  return stallMs + Number((volumeBytes * 1_000n) / bytesReadPerSecond);
}

export function decideStuck(situation: Situation, waitingFor: string): Action | undefined {
  const { world, rules } = situation;
  const late = limits.decideLateStart(situation, waitingFor);
  if (late !== undefined) return late;
  if (limits.whyStuck(situation, rules.stallMs, waitingFor) === undefined) return undefined;
  if (world.volume === undefined) return { do: 'look', at: 'volume' };
  const limitMs = stuckAfterMs(rules.stallMs, world.volume.seen?.actualSizeBytes ?? 0n);
  const stuck = limits.whyStuck(situation, limitMs, waitingFor);
  return stuck === undefined ? undefined : attempts.retryLater(situation, stuck);
}

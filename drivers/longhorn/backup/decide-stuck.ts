/** Longhorn works on it and nothing moves: given up for a new attempt (longhorn.md 5), later for a large volume than for a small one. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Action } from './action.ts';
import type { Situation } from './situation.ts';
import { decideLateStart, stillForMs } from './decide-deadline.ts';
import { retryLater } from './new-attempt.ts';

/** A large volume stands at 0 % for as long as it takes to read what it holds (#10797): slower than this reads no disk. */
const bytesReadPerSecond = 100n * 1024n * 1024n;

export function stuckAfterMs(stallMs: number, volumeBytes: bigint): number {
  return stallMs + Number((volumeBytes * 1_000n) / bytesReadPerSecond);
}

const minutes = (ms: number) => `${Math.round(ms / 60_000)} minutes`;

export function decideStuck(situation: Situation, waitingFor: string): Action | undefined {
  const { operation, world, rules } = situation;
  const late = decideLateStart(situation, waitingFor);
  if (late !== undefined) return late;
  const stillFor = stillForMs(situation);
  if (stillFor < rules.stallMs) return undefined;
  if (world.volume === undefined) return { do: 'look', at: 'volume' };
  const limit = stuckAfterMs(rules.stallMs, world.volume.seen?.actualSizeBytes ?? 0n);
  if (stillFor < limit) return undefined;
  const stuck = new SoteriaError('deadline_exceeded', {
    what: `claim ${operation.metadata.namespace}/${operation.spec.request.pvc} was not backed up`,
    why: `nothing moved for ${minutes(stillFor)} (limit ${minutes(limit)}): ${waitingFor}`,
    fix: 'look at the volume and its instance manager in Longhorn; then ask again, or raise SOTERIA_BACKUP_STALL_SECONDS',
  });
  return retryLater(situation, stuck);
}

import { expect, it } from 'vitest';
import type { Move } from './history.ts';
import { firstBroken } from './invariants.ts';
import { runHistory } from './run-history.ts';

/** In the first round of its end a process is between two calls while nothing else is left to do. */
const moves: readonly Move[] = [
  { do: 'go', steps: 21 },
  { do: 'kill', process: 1 },
  { do: 'heal' },
  { do: 'fault', fault: 'errorOnBackup' },
  { do: 'outage', mode: 'down', calls: 11 },
  { do: 'ask for all', id: 1 },
  { do: 'longhorn', steps: 3 },
  { do: 'longhorn', steps: 4 },
];

it('a history does not end while a process is on its way to its next call', async () => {
  const history = { losesPercent: 0, doublesPercent: 20, maxSkewSeconds: 0, doFaultsStay: true, moves };
  expect(firstBroken(await runHistory({ ...history, seed: 3_004_126_845 }))).toBeUndefined();
});

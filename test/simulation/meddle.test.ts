import type { Fault } from '@soteria/local/longhorn/fault-table.ts';
import { expect, it } from 'vitest';
import { firstBroken } from './invariants.ts';
import type { History, Move } from './history.ts';
import { runHistory } from './run-history.ts';

const work: readonly Move[] = [
  { do: 'go', steps: 300 },
  { do: 'longhorn', steps: 1 },
];

function historyOf(fault: Fault): History {
  const moves: readonly Move[] = [
    { do: 'ask', door: 'event', claim: 0, id: 0, reuses: false },
    ...[1, 2, 3, 4].flatMap(() => work),
    { do: 'fault', fault },
    { do: 'meddle', how: 'delete a snapshot', nth: 0 },
  ];
  return { seed: 1, losesPercent: 0, doublesPercent: 0, maxSkewSeconds: 0, doFaultsStay: false, moves };
}

it.each(['linkedCloneEntry', 'webhookDown'] as const)(
  'nobody deletes a snapshot while Longhorn has %s',
  async (fault) => {
    const played = await runHistory(historyOf(fault));
    expect(firstBroken(played)).toBeUndefined();
    expect(played.ending.snapshots).not.toHaveLength(0);
    expect([...played.evidence.removedByOthers]).toEqual([]);
  },
);

/** Every known way a backup goes wrong (longhorn.md 5): while it lasts, and after it has passed, the Operation ends in a true state. */
import { type Fault, faultTable } from '@soteria/local/longhorn/fault-table.ts';
import { describe, expect, it } from 'vitest';
import type { History, Move } from './history.ts';
import { firstBroken } from './invariants.ts';
import { runHistory } from './run-history.ts';

/** Of restores; their rows are proved with the function `restore`. */
const ofRestores: ReadonlySet<string> = new Set([
  'engineImageMissing',
  'faultedRestore',
  'stuckRestore',
  'unschedulable',
]);

/** How a backup ends when the fault never passes. */
const ends: { readonly [F in Fault]?: 'Succeeded' | 'Failed' } = {
  stuckInProgress: 'Failed',
  stuckAtZero: 'Failed',
  errorOnBackup: 'Failed',
  lockHeld: 'Failed',
  uploadBreaksNearEnd: 'Failed',
  uploadInterrupted: 'Failed',
  overCounts: 'Succeeded',
  neverReadBack: 'Failed',
  listRace: 'Succeeded',
  linkedClone: 'Failed',
  snapshotNeverReady: 'Failed',
  snapshotVanishes: 'Failed',
  snapshotError: 'Failed',
  snapshotLost: 'Failed',
  faultedVolume: 'Failed',
  degradedVolume: 'Succeeded',
  detachedVolume: 'Succeeded',
  slowAttach: 'Succeeded',
  standbyVolume: 'Failed',
  migratingVolume: 'Failed',
  tooManySnapshots: 'Failed',
  nodeGone: 'Failed',
  targetUnavailable: 'Failed',
  targetUrlCleared: 'Failed',
  // Read back before the next poll: the success was true when it was said.
  catalogueVanished: 'Succeeded',
  pollHangs: 'Succeeded',
  backupVolumeLags: 'Succeeded',
  slowPoll: 'Succeeded',
  duplicateBackupVolumes: 'Succeeded',
  failedDeletion: 'Succeeded',
  restoreUnderWay: 'Succeeded',
  deletionHangs: 'Succeeded',
  linkedCloneEntry: 'Succeeded',
  webhookDown: 'Failed',
};

function historyWith(fault: Fault, doFaultsStay: boolean): History {
  const moves: Move[] = [
    { do: 'fault', fault },
    { do: 'longhorn', steps: 2 },
    { do: 'ask', door: 'event', claim: 0, id: 0, reuses: false },
    { do: 'go', steps: 200 },
    { do: 'longhorn', steps: 4 },
    { do: 'go', steps: 200 },
  ];
  return { seed: 1, losesPercent: 0, doublesPercent: 0, maxSkewSeconds: 0, doFaultsStay, moves };
}

const faults = (Object.keys(faultTable) as Fault[]).filter((fault) => !ofRestores.has(fault));

describe('a backup while Longhorn has the fault', () => {
  it.each(faults)('%s ends in a true state, and says why', async (fault) => {
    const played = await runHistory(historyWith(fault, true));
    expect(firstBroken(played)).toBeUndefined();
    expect(played.ending.operations.map(({ status }) => status?.phase)).toEqual([ends[fault]]);
  });

  it.each(faults)('%s, which then passes, ends in a true state', async (fault) => {
    expect(firstBroken(await runHistory(historyWith(fault, false)))).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import type { History, Move } from './history.ts';
import { invariants, type InvariantName } from './invariants.ts';
import { furtherMutants, mutants } from './mutants.ts';
import { runHistory } from './run-history.ts';
import { sample } from './simulate.ts';

/** A backup is completed, and its object lost before anybody has looked. */
const lost: History = {
  seed: 1,
  losesPercent: 0,
  doublesPercent: 0,
  maxSkewSeconds: 0,
  doFaultsStay: false,
  moves: [
    { do: 'fault', fault: 'listRace' },
    { do: 'ask', door: 'event', claim: 0, id: 0, reuses: false },
    { do: 'go', steps: 200 },
    { do: 'longhorn', steps: 1 },
    { do: 'go', steps: 200 },
    { do: 'longhorn', steps: 6 },
    { do: 'sweep' },
    { do: 'go', steps: 200 },
  ],
};

/** Deleted while its snapshot is ready and nobody has been told: nothing of it will ever change again. */
const deleted: History = {
  ...lost,
  losesPercent: 100,
  moves: [
    { do: 'ask', door: 'http', claim: 0, id: 0, reuses: false },
    { do: 'go', steps: 200 },
    { do: 'longhorn', steps: 1 },
    { do: 'meddle', how: 'delete an operation', nth: 0 },
  ],
};

/** Run to its end, deleted, and applied again. */
const again: History = {
  ...lost,
  moves: [
    { do: 'ask', door: 'kubectl', claim: 0, id: 0, reuses: false },
    ...[1, 2, 3, 4].flatMap(() => [
      { do: 'go', steps: 300 } as const,
      { do: 'longhorn', steps: 2 } as const,
      { do: 'sweep' } as const,
    ]),
    { do: 'go', steps: 300 },
    { do: 'meddle', how: 'delete an operation', nth: 0 },
    { do: 'meddle', how: 'apply again what was deleted', nth: 0 },
  ],
};

/** A backup is completed, its object is lost, and operations are looked at before and after that. */
const missed: History = {
  ...lost,
  moves: [
    ...lost.moves.slice(0, 3),
    ...[1, 1, 6, 6].flatMap((steps) => [
      { do: 'longhorn', steps } as const,
      { do: 'go', steps: 300 } as const,
      { do: 'sweep' } as const,
      { do: 'go', steps: 300 } as const,
    ]),
  ],
};

/** The same, while the target is read again and again, and the backups of the volume are not. */
const unread: History = {
  ...lost,
  moves: [
    ...missed.moves.slice(0, -4),
    { do: 'heal' },
    { do: 'fault', fault: 'backupVolumeLags' },
    ...[1, 2, 3, 4, 5].flatMap(() => [
      { do: 'pass', seconds: 300 } as const,
      { do: 'longhorn', steps: 2 } as const,
      { do: 'sweep' } as const,
      { do: 'go', steps: 300 } as const,
    ]),
  ],
};

/** Nobody uses the volume: Longhorn attaches it for the snapshot. */
const detached: History = {
  ...lost,
  moves: [
    { do: 'fault', fault: 'detachedVolume' },
    { do: 'longhorn', steps: 3 },
    { do: 'ask', door: 'event', claim: 0, id: 0, reuses: false },
    { do: 'go', steps: 200 },
    { do: 'longhorn', steps: 1 },
    { do: 'go', steps: 200 },
  ],
};

/** An upload is interrupted; its object is lost and comes back from the target without labels. */
const interrupted: History = {
  ...lost,
  moves: [
    { do: 'fault', fault: 'uploadInterrupted' },
    { do: 'ask', door: 'event', claim: 0, id: 0, reuses: false },
    ...[1, 2, 3].flatMap(() => [{ do: 'go', steps: 200 } as const, { do: 'longhorn', steps: 1 } as const]),
    { do: 'longhorn', steps: 1 },
    { do: 'fault', fault: 'targetUrlCleared' },
    { do: 'longhorn', steps: 1 },
    { do: 'cancel', nth: 0 },
    { do: 'go', steps: 200 },
    { do: 'heal' },
    { do: 'longhorn', steps: 2 },
    ...[1, 2].flatMap(() => [
      { do: 'pass', seconds: 50_000 } as const,
      { do: 'longhorn', steps: 2 } as const,
      { do: 'sweep' } as const,
      { do: 'go', steps: 300 } as const,
    ]),
  ],
};

/** Asked for long after everything was paused. */
const switchedOff: History = {
  ...lost,
  moves: [
    { do: 'meddle', how: 'throw the switch', nth: 0 },
    { do: 'pass', seconds: 300 },
    { do: 'ask', door: 'event', claim: 0, id: 0, reuses: false },
    { do: 'go', steps: 200 },
    { do: 'longhorn', steps: 2 },
    { do: 'sweep' },
    { do: 'go', steps: 200 },
  ],
};

const untilDone = [
  ...[1, 2, 3, 4].flatMap(() => [
    { do: 'go', steps: 300 } as const,
    { do: 'longhorn', steps: 2 } as const,
    { do: 'sweep' } as const,
  ]),
  { do: 'go', steps: 300 } as const,
];

/** The same key again, later. */
const repeated: History = {
  ...lost,
  moves: [
    { do: 'ask', door: 'http', claim: 0, id: 0, reuses: false },
    ...untilDone,
    { do: 'ask', door: 'http', claim: 0, id: 0, reuses: false },
    ...untilDone,
  ],
};

/** Two backups of a volume on whose snapshots linked clones stand. */
const cloned: History = {
  ...lost,
  moves: [
    { do: 'fault', fault: 'linkedCloneEntry' },
    { do: 'ask', door: 'event', claim: 0, id: 0, reuses: false },
    ...untilDone,
    { do: 'ask', door: 'event', claim: 0, id: 1, reuses: false },
    ...untilDone,
  ],
};

const twentyMinutes: readonly Move[] = [
  { do: 'pass', seconds: 1200 },
  { do: 'tick', times: 2 },
  ...untilDone,
  { do: 'tick', times: 1 },
  ...untilDone,
];
const hour: readonly Move[] = [twentyMinutes, twentyMinutes, twentyMinutes].flat();

/** A policy makes and prunes points for two hours, another one makes points of the same claim; one of the first points is held. */
const policed: History = {
  ...lost,
  moves: [
    { do: 'policy', nth: 0, change: 'put' },
    { do: 'policy', nth: 1, change: 'put' },
    { do: 'go', steps: 300 },
    ...twentyMinutes,
    { do: 'hold', nth: 0 },
    ...hour,
    ...hour,
  ],
};

/** The oldest point of a policy that keeps one point is proved, and no other one. */
const provedOnce: History = {
  ...lost,
  moves: [
    { do: 'policy', nth: 0, change: 'put' },
    { do: 'go', steps: 300 },
    ...twentyMinutes,
    { do: 'prove', nth: 0, outcome: 'verified' },
    ...hour,
  ],
};

const halfAnHour: readonly Move[] = [
  { do: 'pass', seconds: 1800 },
  { do: 'tick', times: 2 },
  ...untilDone,
  { do: 'run tests' },
];

/** A policy tests its claim in every round, and two ticks come at once. */
const tested: History = {
  ...lost,
  moves: [
    { do: 'policy', nth: 1, change: 'put' },
    { do: 'go', steps: 300 },
    ...halfAnHour,
    ...halfAnHour,
    ...halfAnHour,
  ],
};

/** A policy that has never pruned: a person says yes to a plan that has changed since, then to the plan of now. */
const confirmed: History = {
  ...lost,
  moves: [
    { do: 'policy', nth: 0, change: 'put anew' },
    { do: 'go', steps: 300 },
    ...hour,
    ...hour,
    { do: 'say yes', nth: 2 },
    ...untilDone,
    { do: 'say yes', nth: 0 },
    ...untilDone,
  ],
};

/** Enough for the rarest of the planted bugs to show; the seed stays. */
const histories = [
  lost,
  deleted,
  again,
  missed,
  unread,
  detached,
  interrupted,
  switchedOff,
  cloned,
  repeated,
  policed,
  provedOnce,
  tested,
  confirmed,
  ...sample(400, 7),
];

const rows = [
  ...Object.entries(mutants).map(([name, [bug, mutation]]) => ({ name, bug, mutation })),
  ...furtherMutants.map(([name, bug, mutation]) => ({ name, bug, mutation })),
];

describe('an invariant', () => {
  it.each(rows)('$name notices when $bug', { timeout: 300_000 }, async ({ name, mutation }) => {
    const holds = invariants[name as InvariantName];
    let found: string | undefined;
    for (const history of histories) {
      found = holds(await runHistory(history, mutation));
      if (found !== undefined) break;
    }
    expect(found).toBeDefined();
  });
});

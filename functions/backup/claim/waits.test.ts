/** Walks at random through everything a backup may meet, and asks of each wait whether it is in the table. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { managedLabel, operationUidLabel } from '@soteria/shared/operation/record/marks.ts';
import type { Operation, OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { waitingStepOf } from '@soteria/shared/operation/engine/waits.ts';
import type { Action } from '../../../drivers/longhorn/backup/action.ts';
import { decideBackup } from '../test-bench.ts';
import {
  backupVolume,
  backupWith,
  claim,
  now,
  operationWith,
  persistentVolume,
  rules,
  snapshotWith,
  target,
  volume,
} from '../../../drivers/longhorn/backup/fixtures.ts';
import { backupWaits } from '../../../drivers/longhorn/backup/waits.ts';
import type { FunctionPlace } from '../../../drivers/backup/world.ts';
import type { Place, World } from '../../../drivers/longhorn/backup/world.ts';

const marks = { [managedLabel]: 'true', [operationUidLabel]: operationWith().metadata.uid };
const refusal = new SoteriaError('cluster_refused', { what: 'w', why: 'y', fix: 'f' });

/** One of these, by a number the generator gave. */
function pick<T>(choices: readonly [T, ...T[]], dice: number): T {
  return choices[dice % choices.length] ?? choices[0];
}

function see(place: FunctionPlace | Place, operation: Operation, dice: number): World {
  const { work } = operation.status ?? {};
  const snapshot = snapshotWith({ name: work?.snapshot ?? '', marks });
  const backup = backupWith({ name: work?.backup ?? '', marks });
  const older = {
    ...operation,
    metadata: { ...operation.metadata, uid: 'older', creationTimestamp: '2026-01-01T00:00:00Z' },
  };
  const backups = [
    backup,
    undefined,
    backupWith({ ...backup, state: '' }),
    backupWith({ ...backup, state: 'Pending' }),
    backupWith({ ...backup, state: 'InProgress', progress: dice % 100 }),
    backupWith({ ...backup, state: 'Error' }),
    backupWith({ ...backup, state: 'Unknown' }),
    { ...backup, lastSyncedAt: undefined },
    { ...backup, isDeleting: true },
  ] as const;
  switch (place) {
    case 'claim':
      return { claim: { seen: claim } };
    case 'persistentVolume':
      return { persistentVolume: { seen: persistentVolume } };
    case 'volume':
      return { volume: { seen: volume } };
    case 'target': {
      const lastSyncedAt = new Date(now.getTime() + dice * 1_000).toISOString();
      return { target: { seen: { ...target, isAvailable: dice % 3 > 0, lastSyncedAt } } };
    }
    case 'backupVolume':
      return { backupVolume: { seen: pick([backupVolume, undefined], dice) } };
    case 'snapshot':
      return {
        snapshot: {
          seen: pick([snapshot, { ...snapshot, isReady: false }, { ...snapshot, error: 'e' }, undefined], dice),
        },
      };
    case 'backup':
      return { backup: { seen: pick(backups as unknown as [typeof backup, ...(typeof backup | undefined)[]], dice) } };
    case 'peers':
      return { peers: { seen: pick([[operation], [operation], [older, operation]], dice) } };
    case 'refuted':
      return { refuted: { seen: [] } };
    case 'points':
    case 'catalogue':
      return { [place]: { seen: pick([[backup], []], dice) } };
    case 'snapshots':
      return { snapshots: { seen: pick([[snapshot], []], dice) } };
    case 'identity':
      return { identity: { seen: { id: 'cluster-1', uid: undefined, bornAt: undefined } } };
    case 'ownClusters':
      return { ownClusters: { seen: { id: 'cluster-1', adopted: [] } } };
    case 'paused':
      return { paused: { seen: dice % 5 === 0 } };
    case 'ownSlot':
      return { ownSlot: { seen: undefined } };
  }
}

interface Walk {
  operation: Operation;
  world: World;
}

function perform({ operation, world }: Walk, action: Action, dice: number): Walk {
  const withStatus = (status: OperationStatus): Operation => ({ ...operation, status });
  switch (action.do) {
    case 'look': {
      const places = typeof action.at === 'string' ? [action.at] : action.at;
      const seen = places.map((place) => see(place, operation, dice));
      return { operation, world: Object.assign({}, world, ...seen) as World };
    }
    case 'record': {
      const { backup } = action.status.work ?? {};
      const isIntent = backup !== operation.status?.work?.backup;
      return { operation: withStatus(action.status), world: isIntent && dice % 4 > 0 ? { intended: backup } : {} };
    }
    case 'announce': {
      const { status } = operation;
      if (status === undefined) return { operation, world };
      return { operation: withStatus({ ...status, announced: [...(status.announced ?? []), action.fact] }), world };
    }
    case 'enter-slot':
      return {
        operation,
        world: { ...world, slot: dice % 4 === 0 ? { entered: false, waitsFor: 'x' } : { entered: true } },
      };
    case 'keep-awake':
      return { operation, world: { ...world, isKeptAwake: true } };
    case 'leave-slot':
      return { operation, world: { ...world, hasLeftSlot: true } };
    case 'create-snapshot':
    case 'create-backup': {
      const place = action.do === 'create-snapshot' ? 'snapshot' : 'backup';
      return { operation, world: { ...world, ...(dice % 6 === 0 ? { refusal } : see(place, operation, 0)) } };
    }
    case 'delete-backup':
    case 'delete-snapshot':
      return {
        operation,
        world: {
          ...world,
          backup: { seen: undefined },
          snapshot: { seen: undefined },
          points: { seen: [] },
          snapshots: { seen: [] },
        },
      };
    case 'label':
    case 'unwatch-snapshot':
    case 'unwatch-backup':
    case 'wait':
    case 'rest':
      return { operation, world: {} };
  }
}

it('every wait has a row in the table, and every row a wait', () => {
  const met = new Set<string>();
  const turn = fc.record({
    dice: fc.nat({ max: 1_000 }),
    minutes: fc.constantFrom(0, 1, 5, 90),
    isCancelled: fc.nat({ max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(turn, { minLength: 20, maxLength: 120 }), (turns) => {
      let walk: Walk = { operation: operationWith(), world: {} };
      let at = now.getTime();
      for (const { dice, minutes, isCancelled } of turns) {
        const { operation, world } = walk;
        if (isCancelled === 60) operation.spec.cancelRequested = true;
        const action = decideBackup({ operation, world, rules, now: new Date(at) });
        if (action.do === 'rest') return;
        if (action.do === 'wait') {
          const step = waitingStepOf(operation);
          met.add(step);
          expect(Object.keys(backupWaits)).toContain(step);
          at += minutes * 60_000;
        }
        walk = perform(walk, action, dice);
      }
    }),
    { numRuns: 3_000, seed: 20_260_820 },
  );
  expect([...met].toSorted((a, b) => a.localeCompare(b))).toEqual(
    Object.keys(backupWaits).toSorted((a, b) => a.localeCompare(b)),
  );
});

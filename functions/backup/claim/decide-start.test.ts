import { describe, expect, it } from 'vitest';
import type { Operation, OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { refuse, succeed } from '@soteria/shared/operation/record/status.ts';
import { refusedBecause } from '../../../drivers/backup/about-operation.ts';
import { decideBackup } from '../test-bench.ts';
import { catalogueKeys } from '@soteria/shared/operation/record/marks.ts';
import {
  backupWith,
  claim,
  now,
  operationWith,
  persistentVolume,
  rules,
  target,
  volume,
} from '../../../drivers/longhorn/backup/fixtures.ts';
import type { World } from '../../../drivers/longhorn/backup/world.ts';

const running: OperationStatus = {
  phase: 'Running',
  progress: 10,
  message: '',
  steps: [],
  startedAt: '2026-08-20T01:59:59Z',
};
const mine = operationWith({ identity: 'event:shop|1' });

function peerWith(identity: string, created: string, status?: OperationStatus): Operation {
  const peer = operationWith({ identity }, status);
  const resourceVersion = created === older ? '0' : '2';
  const metadata = { ...peer.metadata, name: 'peer', uid: 'uid-of-peer', creationTimestamp: created, resourceVersion };
  return { ...peer, metadata };
}

const older = '2026-08-20T01:00:00Z';
const younger = '2026-08-20T02:30:00Z';

describe('an Operation that was deleted after its end, and applied again', () => {
  const again = { ...operationWith(), spec: { kind: 'Backup', request: { pvc: 'data' } } } as const satisfies Operation;
  const world: World = {
    peers: { seen: [again] },
    claim: { seen: claim },
    persistentVolume: { seen: persistentVolume },
    volume: { seen: volume },
    target: { seen: target },
    paused: { seen: false },
  };
  const pointOf = (operation: string, uid: string) => ({
    points: {
      seen: [
        backupWith({
          catalogue: {
            [catalogueKeys.operation]: operation,
            [catalogueKeys.namespace]: 'shop',
            [catalogueKeys.operationUid]: uid,
          },
        }),
      ],
    },
  });
  const decide = (seen: World, operation: Operation = again) =>
    decideBackup({ operation, world: { ...world, ...seen }, rules, now });

  it('is Skipped: its restore point carries its name', () => {
    expect(decide({})).toEqual({ do: 'look', at: 'points' });
    expect(decide(pointOf(again.metadata.name, 'before'))).toMatchObject({
      do: 'record',
      status: { phase: 'Skipped', error: { code: 'conflict', why: expect.stringContaining('backup') } },
    });
  });

  it('is run when the points are of others, and when it was asked for by its identity', () => {
    expect(decide(pointOf('another', 'before'))).toMatchObject({ do: 'enter-slot' });
    expect(decide(pointOf(again.metadata.name, again.metadata.uid))).toMatchObject({ do: 'enter-slot' });
    expect(decide({}, mine)).toMatchObject({ do: 'enter-slot' });
  });
});

describe('a request that two doors have recorded at once', () => {
  const decide = (peers: readonly Operation[], world: World = {}) =>
    decideBackup({ operation: mine, world: { peers: { seen: [mine, ...peers] }, ...world }, rules, now });

  it('is run once: the older one, or the one that has begun', () => {
    const skipped = { do: 'record', status: { phase: 'Skipped', error: { code: 'conflict' } } };
    expect(decide([peerWith('event:shop|1', older)])).toMatchObject(skipped);
    expect(decide([peerWith('event:shop|1', younger, running)])).toMatchObject(skipped);
    expect(decide([peerWith('another', older, { ...running, joined: ['event:shop|1'] })])).toMatchObject(skipped);
  });

  it('is not skipped for a younger one that has not begun, nor for one that was skipped itself', () => {
    const goesOn = { do: 'look', at: ['claim'] };
    expect(decide([peerWith('event:shop|1', younger)])).toEqual(goesOn);
    expect(decide([peerWith('event:shop|1', older, { ...running, phase: 'Skipped' })])).toEqual(goesOn);
  });

  it('is not skipped for a younger one that ended before it began, but for one that found a point to reuse', () => {
    const waits: OperationStatus = { phase: 'Pending', progress: 0, message: '', steps: [] };
    const cancelled = refuse(waits, 'Cancelled', refusedBecause.cancelled(mine), now);
    expect(decide([peerWith('event:shop|1', younger, cancelled)])).toEqual({ do: 'look', at: ['claim'] });
    const reused = succeed(waits, { reused: true }, '', now);
    expect(decide([peerWith('event:shop|1', younger, reused)])).toMatchObject({ status: { phase: 'Skipped' } });
  });

  it('goes on before an older one when it holds the slot that one would wait for', () => {
    const first = [peerWith('another', older)];
    expect(decide(first)).toEqual({ do: 'look', at: 'ownSlot' });
    expect(decide(first, { slot: { entered: true } })).toEqual({ do: 'look', at: ['claim'] });
    expect(decide(first, { ownSlot: { seen: undefined } })).toMatchObject({ status: { phase: 'Pending' } });
  });
});

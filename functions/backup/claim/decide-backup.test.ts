import { expect, it } from 'vitest';
import { managedLabel, operationUidLabel } from '@soteria/shared/operation/record/marks.ts';
import {
  claim,
  now,
  operationWith,
  persistentVolume,
  rules,
  snapshotWith,
  target,
  volume,
} from '../../../drivers/longhorn/backup/fixtures.ts';
import { decideBackup } from '../test-bench.ts';

it('the name of a backup is not even recorded while Soteria is paused', () => {
  const marks = { [managedLabel]: 'true', [operationUidLabel]: operationWith().metadata.uid };
  const operation = operationWith(
    {},
    {
      phase: 'Running',
      progress: 10,
      message: 'waiting for snapshot backup to be ready',
      steps: [{ name: 'snapshot', state: 'running', startedAt: now.toISOString() }],
      startedAt: now.toISOString(),
      movedAt: now.toISOString(),
      announced: ['started'],
      work: { attempt: 1, volume: 'vol-1', snapshot: 'backup', snapshotMade: true },
    },
  );
  const world = {
    claim: { seen: claim },
    persistentVolume: { seen: persistentVolume },
    volume: { seen: volume },
    identity: { seen: { id: 'cluster-1', uid: undefined, bornAt: undefined } },
    snapshot: { seen: snapshotWith({ name: 'backup', marks }) },
    target: { seen: target },
  };
  expect(decideBackup({ operation, world, rules, now })).toEqual({ do: 'look', at: 'paused' });
  const held = decideBackup({ operation, world: { ...world, paused: { seen: true } }, rules, now });
  expect(held).toMatchObject({ do: 'record', status: { message: expect.stringContaining('paused') } });
  expect(held.do === 'record' && held.status.work?.backup).toBeUndefined();
});

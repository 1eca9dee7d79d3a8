import { managedLabel, operationUidLabel, watchLabel } from '@soteria/shared/operation/record/marks.ts';
import type { OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { describe, expect, it } from 'vitest';
import { decideBackup } from '../test-bench.ts';
import { now, operationWith, rules, snapshotWith } from '../../../drivers/longhorn/backup/fixtures.ts';

const ended: OperationStatus = {
  phase: 'Cancelled',
  progress: 10,
  message: 'cancelled',
  steps: [],
  settled: true,
  work: { attempt: 1, volume: 'vol-1', snapshot: 'snap', snapshotMade: true },
};

describe('an Operation that was settled', () => {
  const operation = operationWith({}, ended);
  const marks = { [managedLabel]: 'true', [watchLabel]: 'backup', [operationUidLabel]: operation.metadata.uid };

  it('is looked at again when it did not succeed: another pod may have made something late', () => {
    const first = decideBackup({ operation, world: {}, rules, now });
    expect(first).toEqual({ do: 'look', at: 'snapshots' });
    const world = { snapshots: { seen: [snapshotWith({ marks })] }, paused: { seen: false } };
    expect(decideBackup({ operation, world, rules, now })).toEqual({
      do: 'delete-snapshot',
      name: 'snap',
      uid: 'uid-of-snap',
    });
    expect(decideBackup({ operation, world: { snapshots: { seen: [] } }, rules, now })).toEqual({ do: 'rest' });
  });

  it('rests when it succeeded', () => {
    const succeeded = operationWith({}, { ...ended, phase: 'Succeeded' });
    expect(decideBackup({ operation: succeeded, world: {}, rules, now })).toEqual({ do: 'rest' });
  });
});

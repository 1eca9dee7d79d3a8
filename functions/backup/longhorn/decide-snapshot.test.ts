import { expect, it } from 'vitest';
import type { OperationStatus } from '@soteria/shared/operation/schema.ts';
import { operationUidLabel } from '@soteria/shared/operation/marks.ts';
import { decideBackup } from './decide.ts';
import { now, operationWith, rules, snapshotWith } from './fixtures.ts';
import type { World } from './world.ts';

const intended: OperationStatus = {
  phase: 'Running',
  progress: 10,
  message: 'creating a snapshot of volume vol-1',
  steps: [{ name: 'snapshot', state: 'running', startedAt: now.toISOString() }],
  startedAt: now.toISOString(),
  movedAt: now.toISOString(),
  work: { attempt: 1, volume: 'vol-1', snapshot: 'snap' },
};

function decide(status: OperationStatus, world: World) {
  const known = { paused: { seen: false }, ...world };
  return decideBackup({ operation: operationWith({}, status), world: known, rules, now });
}

it('takes the snapshot before it tells anybody, so that a Broker that is down makes no backup older data', () => {
  const marks = { [operationUidLabel]: operationWith().metadata.uid };
  const taken: World = { snapshot: { seen: snapshotWith({ marks, isReady: false }) } };
  expect(decide(intended, {})).toMatchObject({ do: 'create-snapshot' });
  expect(decide(intended, taken)).toEqual({ do: 'announce', fact: 'started' });
  expect(decide({ ...intended, announced: ['started'] }, taken)).toMatchObject({
    do: 'record',
    status: { announced: ['started'], work: { snapshotMade: true } },
  });
});

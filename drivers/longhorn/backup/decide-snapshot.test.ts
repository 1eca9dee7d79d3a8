import { expect, it } from 'vitest';
import type { OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import { operationUidLabel } from '@soteria/shared/operation/record/marks.ts';
import { decide as decideBackup } from './decide.ts';
import { now, operationWith, rules, snapshotWith, volume } from './fixtures.ts';
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

const taking: OperationStatus = {
  ...intended,
  announced: ['started'],
  work: { attempt: 1, volume: 'vol-1', snapshot: 'snap', snapshotMade: true },
};
const marks = { [operationUidLabel]: operationWith().metadata.uid };
const attaching = 'the volume engine vol-1-e-0 is not running. Waiting for the volume to be attached';

it('waits for a snapshot that Longhorn cannot take yet, shows why, and keeps the Snapshot that has the volume attached', () => {
  const waiting = {
    snapshot: { seen: snapshotWith({ marks, isReady: false, createdAt: undefined, waitMessage: attaching }) },
  };
  const shown = decide(taking, waiting);
  expect(shown).toMatchObject({
    do: 'record',
    status: { phase: 'Running', message: expect.stringContaining(attaching) },
  });
  expect(shown.do === 'record' && shown.status.work).toEqual(taking.work);
  expect(decide({ ...taking, message: shown.do === 'record' ? shown.status.message : '' }, waiting)).toEqual({
    do: 'wait',
  });

  const still = { ...taking, movedAt: new Date(now.getTime() - 61 * 60_000).toISOString() };
  const late = decide(still, { ...waiting, volume: { seen: volume } });
  expect(late).toMatchObject({ status: { work: { retryAt: expect.any(String) } } });
  expect(late.do === 'record' && late.status.message).toContain(attaching);
});

it('begins a new attempt when a snapshot that was taken is lost', () => {
  const lost = { snapshot: { seen: snapshotWith({ marks, isReady: false, error: 'lost track' }) } };
  expect(decide(taking, lost)).toMatchObject({ status: { work: { retryAt: expect.any(String) } } });
});

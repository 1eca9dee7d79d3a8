import { describe, expect, test } from 'vitest';
import { type RestoreSituation, decideRestore } from './decide-restore.ts';
import { parseBackupUrl } from './parse-backup-url.ts';
import { prefilledKubernetesStatus } from './prefilled-kubernetes-status.ts';
import { withCondition } from './with-condition.ts';
import { backups, volumes } from '@soteria/shared/longhorn/resource-types.ts';

const restoring: RestoreSituation = {
  name: 'vol',
  state: 'attached',
  isInitiated: true,
  hasFailed: false,
  unscheduled: undefined,
  isTargetAvailable: true,
  isSlotFree: true,
  faults: {},
};

describe('a volume made from a backup', () => {
  test.each<{ when: string; is: Partial<RestoreSituation>; next: object }>([
    { when: 'it is new', is: { state: '', isInitiated: false }, next: { type: 'initiate' } },
    { when: 'it is being created', is: { state: 'creating' }, next: { type: 'goTo', state: 'detached' } },
    { when: 'a slot is free', is: { state: 'detached' }, next: { type: 'goTo', state: 'attaching' } },
    { when: 'no slot is free', is: { state: 'detached', isSlotFree: false }, next: { type: 'waitForSlot' } },
    { when: 'it is being attached', is: { state: 'attaching' }, next: { type: 'begin' } },
    {
      when: 'it cannot be attached',
      is: { state: 'attaching', faults: { slowAttach: true } },
      next: { type: 'nothing' },
    },
    { when: 'it is attached', is: {}, next: { type: 'advance' } },
    { when: 'it is stuck', is: { faults: { stuckRestore: true } }, next: { type: 'nothing' } },
    { when: 'its replicas fail', is: { faults: { faultedRestore: true } }, next: { type: 'fail' } },
    { when: 'its node goes away', is: { faults: { nodeGone: true } }, next: { type: 'fail' } },
    {
      when: 'there is no node to attach it to',
      is: { state: 'attaching', faults: { nodeGone: true } },
      next: { type: 'nothing' },
    },
    { when: 'the target goes away', is: { isTargetAvailable: false }, next: { type: 'fail' } },
    { when: 'it is struck by name', is: { faults: { faultedVolume: 'vol' } }, next: { type: 'fail' } },
    { when: 'another one is struck', is: { faults: { faultedVolume: 'other' } }, next: { type: 'advance' } },
    { when: 'it has failed', is: { hasFailed: true, state: 'detached' }, next: { type: 'nothing' } },
    {
      when: 'no disk has room',
      is: { state: 'creating', faults: { unschedulable: 'insufficient storage' } },
      next: { type: 'sayUnscheduled', message: 'insufficient storage' },
    },
    {
      when: 'no disk has room, and that is said',
      is: { state: 'creating', unscheduled: 'full', faults: { unschedulable: 'full' } },
      next: { type: 'nothing' },
    },
  ])('when $when: $next.type', ({ is, next }) => {
    expect(decideRestore({ ...restoring, ...is })).toEqual(next);
  });
});

test.each([
  { url: 's3://b@r/p/?backup=one&volume=two', names: { backup: 'one', volume: 'two' } },
  { url: 'nfs://host:/p?volume=two&backup=one', names: { backup: 'one', volume: 'two' } },
  { url: 's3://b@r/?backup=one', names: undefined },
  { url: 'backup=one&volume=two', names: undefined },
  { url: '', names: undefined },
])('the URL "$url" names $names', ({ url, names }) => {
  expect(parseBackupUrl(url)).toEqual(names);
});

test('a condition keeps the instant of its change, and leaves the others alone', () => {
  const first = withCondition(null, { type: 'Restore', status: 'True', reason: 'RestoreInProgress' }, 'then');
  const second = withCondition(first, { type: 'Scheduled', status: 'True' }, 'later');
  const third = withCondition(second, { type: 'Restore', status: 'True' }, 'now');
  expect(third.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
    ['Scheduled', 'later'],
    ['Restore', 'then'],
  ]);
  expect(withCondition(third, { type: 'Restore', status: 'False' }, 'now').at(-1)).toMatchObject({
    status: 'False',
    lastTransitionTime: 'now',
  });
});

describe('the claim a restored volume remembers', () => {
  const object = (status: object) => ({ apiVersion: 'longhorn.io/v1beta2', metadata: { name: 'x' }, spec: {}, status });
  const volume = (status: object) => volumes.parse({ kind: 'Volume', ...object(status) });
  const backup = (text: string) =>
    backups.parse({
      kind: 'Backup',
      ...object({ snapshotCreatedAt: '2026-08-20T02:00:00Z', labels: { KubernetesStatus: text } }),
    });
  const recorded = '{"pvName":"pv","namespace":"shop","pvcName":"data","lastPVCRefAt":""}';

  test('is the one of the backup, as history', () => {
    expect(prefilledKubernetesStatus(volume({}), backup(recorded)).kubernetesStatus).toMatchObject({
      pvName: '',
      namespace: 'shop',
      pvcName: 'data',
      lastPVCRefAt: '2026-08-20T02:00:00Z',
    });
  });

  test.each([
    { when: 'nothing was recorded', status: {}, text: '' },
    { when: 'what was recorded is no JSON', status: {}, text: '{' },
    { when: 'no claim was recorded', status: {}, text: '{"pvcName":""}' },
    { when: 'it has a claim by now', status: { kubernetesStatus: { pvcName: 'new' } }, text: recorded },
  ])('is not told when $when', ({ status, text }) => {
    expect(prefilledKubernetesStatus(volume(status), backup(text))).toEqual({});
  });
});

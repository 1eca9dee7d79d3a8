/** The words of Longhorn's webhook about a Backup whose objects do not fit together. */
import type { WireObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import {
  backupTargetLabel,
  backupTargets,
  backupVolumeLabel,
  snapshots,
  volumes,
} from '@soteria/shared/longhorn/resource-types.ts';
import { describe, expect, test } from 'vitest';
import { admitBackup, type Lookup } from './admit-longhorn.ts';
import type { Faults } from './fault-table.ts';

const apiVersion = 'longhorn.io/v1beta2';
const metadata = { uid: 'u', resourceVersion: '1', creationTimestamp: '' };
const status = { available: true };
const spec = { backupTargetURL: 's3://b@r/' };

/** Two volumes whose target is `default`, a snapshot of the first, and a second target. */
const lookup: Lookup = {
  snapshot: (name) =>
    name === 'snap'
      ? snapshots.parse({ apiVersion, kind: 'Snapshot', metadata: { name }, spec: { volume: 'vol' } })
      : undefined,
  volume: (name) =>
    name.startsWith('vol')
      ? volumes.parse({ apiVersion, kind: 'Volume', metadata: { name }, spec: { backupTargetName: 'default' } })
      : undefined,
  target: (name) =>
    name === 'gone'
      ? undefined
      : backupTargets.parse({ apiVersion, kind: 'BackupTarget', metadata: { name }, spec, status }),
  backup: () => undefined,
  backupVolume: () => undefined,
};

function draft(snapshotName: string, labels: Readonly<Record<string, string>>): WireObject {
  return {
    apiVersion,
    kind: 'Backup',
    metadata: { ...metadata, name: 'one', labels },
    spec: { snapshotName, backupBlockSize: '2097152' },
  };
}

const vol = { [backupVolumeLabel]: 'vol' };

describe('a new Backup', () => {
  test.each<[what: string, object: WireObject, code: number, words: string, faults?: Faults]>([
    [
      'of an unknown snapshot',
      draft('none', vol),
      422,
      '"validator.longhorn.io" denied the request: snapshot <nil> is invalid',
    ],
    [
      'of an unknown snapshot, without a volume',
      draft('none', {}),
      500,
      '"mutator.longhorn.io" denied the request: failed to get the snapshot none: snapshot.longhorn.io "none" not found',
    ],
    [
      'of an unknown volume',
      draft('snap', { [backupVolumeLabel]: 'none' }),
      422,
      'failed to get backup block size from the volume none of backup one: volume.longhorn.io "none" not found',
    ],
    [
      'for an unknown target',
      draft('snap', { ...vol, [backupTargetLabel]: 'gone' }),
      422,
      'failed to get backup target gone: backuptarget.longhorn.io "gone" not found',
    ],
    [
      'for another target than its volume’s',
      draft('snap', { ...vol, [backupTargetLabel]: 'far' }),
      422,
      'volume backup target default and label backup target far does not match',
    ],
    [
      'of another volume than its snapshot’s',
      draft('snap', { [backupVolumeLabel]: 'vol-2' }),
      422,
      'snapshot volume name vol and label volume name vol-2 does not match',
    ],
    [
      'of a linked clone',
      draft('snap', vol),
      422,
      'backup is not allowed for linked-clone volume vol',
      { linkedClone: 'vol' },
    ],
  ])('%s is refused', (_what, object, code, words, faults = {}) => {
    expect(admitBackup(object, lookup, faults)).toMatchObject({
      refuse: { code, message: expect.stringContaining(words) },
    });
  });

  test('that names no snapshot may name any existing target: a dry run does so', () => {
    expect(admitBackup(draft('', { ...vol, [backupTargetLabel]: 'far' }), lookup, {})).toHaveProperty('object');
  });
});

import type { WireObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { backupVolumes, backups } from '@soteria/shared/longhorn/resource-types.ts';
import { describe, expect, test } from 'vitest';
import type { Lookup } from './admit-longhorn.ts';
import { admitVolume, correctName } from './admit-volume.ts';

const url = 's3://b@r/?backup=one&volume=pvc-1';
const wire = { apiVersion: 'longhorn.io/v1beta2', metadata: { name: 'one' } };

function lookup(backupStatus: object = {}, size = '10737418240'): Lookup {
  const status = { url, volumeName: 'pvc-1', backupTargetName: 'far', ...backupStatus };
  return {
    snapshot: () => undefined,
    volume: () => undefined,
    target: () => undefined,
    backup: (name) => (name === 'one' ? backups.parse({ ...wire, kind: 'Backup', spec: {}, status }) : undefined),
    backupVolume: (target, volume) =>
      target === 'far' && volume === 'pvc-1'
        ? backupVolumes.parse({ ...wire, kind: 'BackupVolume', status: { size } })
        : undefined,
  };
}

function draft(spec: object, name = 'restored'): WireObject {
  return {
    apiVersion: 'longhorn.io/v1beta2',
    kind: 'Volume',
    metadata: { name, uid: 'u', resourceVersion: '1', creationTimestamp: '' },
    spec: { fromBackup: url, frontend: 'blockdev', dataEngine: 'v1', numberOfReplicas: 2, ...spec },
  };
}

describe('a volume made from a backup', () => {
  test('gets the size, the access mode, the target and the labels of the backup', () => {
    const found = lookup({ labels: { 'longhorn.io/volume-access-mode': 'rwx' } });
    expect(admitVolume(draft({ size: '99999999999' }), found)).toMatchObject({
      object: {
        metadata: {
          finalizers: ['longhorn.io'],
          labels: { 'backup-target': 'far', 'backup-volume': 'pvc-1', longhornvolume: 'restored' },
        },
        spec: { size: '10737418240', accessMode: 'rwx', backupTargetName: 'far', numberOfReplicas: 2 },
      },
    });
  });

  test.each([
    { what: 'an access mode that is asked for', spec: { accessMode: 'rwx' }, size: '1', is: { accessMode: 'rwx' } },
    { what: 'no access mode', spec: {}, size: '1', is: { accessMode: 'rwo' } },
    { what: 'no number of replicas', spec: { numberOfReplicas: undefined }, size: '1', is: { dataEngine: 'v1' } },
    { what: 'a size that is no whole number of 2 MiB', spec: {}, size: '2097153', is: { size: '4194304' } },
    { what: 'an encrypted source: it is not told', spec: { encrypted: true }, size: '1', is: { encrypted: true } },
  ])('$what', ({ spec, size, is }) => {
    expect(admitVolume(draft(spec), lookup({}, size))).toMatchObject({ object: { spec: is } });
  });

  test.each([
    { what: 'a size in words', spec: { size: '1Gi' }, code: 500, message: /unmarshal "1Gi" into int64/ },
    { what: 'a size that is a number', spec: { size: 1024 }, code: 500, message: /unmarshal 1024 into int64/ },
    { what: 'no frontend', spec: { frontend: undefined }, code: 422, message: /frontend/ },
    { what: 'an unknown frontend', spec: { frontend: 'usb' }, code: 422, message: /frontend specified: usb/ },
    {
      what: 'neither replicas nor data engine',
      spec: { numberOfReplicas: undefined, dataEngine: undefined },
      code: 422,
      message: /default-replica-count/,
    },
    { what: 'the data engine v2', spec: { dataEngine: 'v2' }, code: 403, message: /v2-data-engine data engine/ },
    {
      what: 'an unknown backup',
      spec: { fromBackup: 's3://b@r/?backup=two&volume=pvc-1' },
      code: 422,
      message: /"mutator.longhorn.io" .* failed to get backup two: backup.longhorn.io "two" not found$/,
    },
    {
      what: 'an unknown backup, with an access mode',
      spec: { fromBackup: 's3://b@r/?backup=two&volume=pvc-1', accessMode: 'rwo' },
      code: 422,
      message: /cannot get backup two: backup.longhorn.io "two" not found$/,
    },
    {
      what: 'no URL of a backup',
      spec: { fromBackup: 's3://b@r/' },
      code: 422,
      message: /failed to decode backup url/,
    },
  ])('$what is refused', ({ spec, code, message }) => {
    expect(admitVolume(draft(spec), lookup())).toMatchObject({
      refuse: { code, message: expect.stringMatching(message) },
    });
  });

  test('a backup that has not been read back is refused, without names', () => {
    expect(admitVolume(draft({}), lookup({ url: '', backupTargetName: '' }))).toMatchObject({
      refuse: {
        code: 422,
        message: expect.stringContaining(
          'cannot get backup volume for backup target  and volume pvc-1: backup target name',
        ),
      },
    });
  });
});

describe('the name of a volume', () => {
  test.each([
    { name: 'restored', is: 'restored' },
    { name: 'Restored', is: 'restored' },
    { name: 'x'.repeat(40), is: 'x'.repeat(40) },
  ])('$name becomes $is', ({ name, is }) => {
    expect(correctName(name)).toBe(is);
    expect(admitVolume(draft({}, name), lookup())).toMatchObject({ object: { metadata: { name: is } } });
  });

  test('is cut to 40 characters with a checksum, without a word', () => {
    const one = correctName('restore-of-a-very-long-persistent-volume-claim-1');
    const two = correctName('restore-of-a-very-long-persistent-volume-claim-2');
    expect(one).toMatch(/^restore-of-a-very-long-persiste-[0-9a-f]{8}$/);
    expect(one).toHaveLength(40);
    expect(two).not.toBe(one);
  });

  test.each(['x', 'with.dot', '-x', 'x_y'])('%j is refused', (name) => {
    expect(admitVolume(draft({}, name), lookup())).toMatchObject({ refuse: { code: 422 } });
  });
});

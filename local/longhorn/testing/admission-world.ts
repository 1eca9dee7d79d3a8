/** The objects that the cases of `admitted-cases.ts` and `refused-cases.ts` need. */
import { type BackingImages, createBackingImages } from '@soteria/shared/longhorn/backing-images.ts';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import { createLonghorn } from '@soteria/shared/longhorn/custom-resources.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import type { BackupDraft } from '@soteria/shared/longhorn/port.ts';
import type { LonghornRestores, RestoreVolumeDraft } from '@soteria/shared/longhorn/port-restore.ts';
import { longhornGroup as group, longhornVersion as version } from '@soteria/shared/longhorn/resource-types.ts';
import { createLonghornRestores } from '@soteria/shared/longhorn/restore-resources.ts';
import { until } from './until.ts';

export interface Ports {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly longhorn: Longhorn;
  readonly restores: LonghornRestores;
  readonly images: BackingImages;
}

export function portsOf(client: KubernetesClient, namespace: string): Ports {
  const at = { namespace };
  return {
    client,
    namespace,
    longhorn: createLonghorn(client, at),
    restores: createLonghornRestores(client, at),
    images: createBackingImages(client, at),
  };
}

const kind = (name: string, plural: string) => untyped({ group, version, kind: name, plural, isNamespaced: true });
export const kinds = {
  BackupTarget: kind('BackupTarget', 'backuptargets'),
  Volume: kind('Volume', 'volumes'),
  Snapshot: kind('Snapshot', 'snapshots'),
  BackupVolume: kind('BackupVolume', 'backupvolumes'),
  Backup: kind('Backup', 'backups'),
  BackingImage: kind('BackingImage', 'backingimages'),
} as const;

export type Kind = keyof typeof kinds;

interface Given {
  readonly kind: Kind;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec: object;
  readonly status?: object;
}

export const url = (backup: string, volume: string) => `s3://bucket@region/?backup=${backup}&volume=${volume}`;
const volume = (name: string, spec: object): Given => ({
  kind: 'Volume',
  name,
  spec: { size: '1073741824', frontend: 'blockdev', dataEngine: 'v1', numberOfReplicas: 2, ...spec },
});
const snapshot = (name: string, of: string): Given => ({
  kind: 'Snapshot',
  name,
  spec: { volume: of, createSnapshot: true },
});
const onTarget = (name: string, of: string, status: object = {}, blockSize = '2097152'): Given => ({
  kind: 'Backup',
  name,
  labels: { 'backup-volume': of, 'backup-target': 'default' },
  spec: { labels: {}, backupBlockSize: blockSize },
  status: { state: 'Completed', url: url(name, of), volumeName: of, backupTargetName: 'default', ...status },
});
const backupVolume = (of: string, status: object): Given => ({
  kind: 'BackupVolume',
  name: `${of}-default`,
  labels: { 'backup-volume': of, 'backup-target': 'default' },
  spec: { volumeName: of, backupTargetName: 'default' },
  status,
});

/** In this order: each object needs the objects before it. The targets that are to be away become unavailable at the end. */
export const given: readonly Given[] = [
  {
    kind: 'BackupTarget',
    name: 'far',
    spec: { backupTargetURL: 's3://far@region/', pollInterval: '0s' },
    status: { available: true },
  },
  {
    kind: 'BackupTarget',
    name: 'away',
    spec: { backupTargetURL: 's3://away@region/', pollInterval: '0s' },
    status: { available: false },
  },
  volume('vol', { backupTargetName: 'default', accessMode: 'rwx' }),
  volume('other', { backupTargetName: 'default' }),
  volume('vol-16', { backupTargetName: 'default', backupBlockSize: '16777216' }),
  snapshot('snap', 'vol'),
  snapshot('snap-16', 'vol-16'),
  backupVolume('vol', { size: '2147483648' }),
  onTarget('one', 'vol', { labels: { 'longhorn.io/volume-access-mode': 'rwx' }, volumeSize: '1073741824' }),
  onTarget('unread', 'vol', { state: '', url: '', volumeName: '', backupTargetName: '' }),
  backupVolume('imaged', { size: '1073741824', backingImageName: 'image', backingImageChecksum: '' }),
  onTarget('imaged-one', 'imaged', { volumeBackingImageName: 'image', volumeSize: '1073741824' }),
  backupVolume('lagging', { size: '1073741824', backingImageName: '' }),
  onTarget('lagging-one', 'lagging', { volumeBackingImageName: 'image', volumeSize: '1073741824' }),
];

/** Makes the objects that the cases need; a target `default` must exist. */
export async function prepare({ client, namespace }: Ports): Promise<void> {
  const available = { status: { available: true } };
  await client.patch(kinds.BackupTarget, { name: 'default', namespace }, available, { subresource: 'status' });
  for (const { kind: kindName, name, labels = {}, spec, status } of given) {
    const type = kinds[kindName];
    const metadata = { name, namespace, labels };
    // The webhook reads the earlier objects from a cache, which may be a moment behind.
    await until(`${kindName} ${name} is admitted`, () =>
      client.create(type, { apiVersion: `${group}/${version}`, kind: kindName, metadata, spec }).catch(refusedOnly),
    );
    if (status !== undefined) await client.patch(type, { name, namespace }, { status }, { subresource: 'status' });
  }
}

function refusedOnly(error: unknown): false {
  if (error instanceof SoteriaError && error.code === 'cluster_refused') return false;
  throw error;
}

export const really = { isDryRun: false };

export const backup = (name: string, more: Partial<BackupDraft> = {}): BackupDraft => ({
  name,
  volume: 'vol',
  backupTargetName: 'default',
  snapshotName: 'snap',
  mode: 'incremental',
  blockSize: '2097152',
  marks: { 'app.example/run': 'one' },
  catalogue: { 'app.example/cluster': 'here' },
  ...more,
});

export const restore = (name: string, more: Partial<RestoreVolumeDraft> = {}): RestoreVolumeDraft => ({
  name,
  fromBackup: url('one', 'vol'),
  backupTargetName: 'default',
  sizeBytes: 1_073_741_824n,
  numberOfReplicas: 1,
  dataEngine: 'v1',
  accessMode: 'rwo',
  isEncrypted: false,
  marks: { 'app.example/run': 'one' },
  ...more,
});

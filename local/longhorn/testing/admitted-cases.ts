/**
 * The changes that Longhorn's webhook makes to objects that it admits, case by case: checked on Longhorn's own webhook (`test/longhorn`) and on the local
 * Longhorn. In this order: a case may need the objects of earlier cases.
 */
import type { BackupDraft } from '@soteria/shared/longhorn/port.ts';
import type { RestoreVolumeDraft } from '@soteria/shared/longhorn/port-restore.ts';
import { correctName } from '../admit-volume.ts';
import { backup, type Kind, type Ports, really, restore } from './admission-world.ts';

export interface AdmittedCase {
  readonly title: string;
  readonly act: (ports: Ports) => Promise<unknown>;
  readonly kind: Kind;
  readonly name: string;
  /** Members of the object as it is stored. */
  readonly is: object;
}

const createBackup = (draft: BackupDraft) => ({
  act: ({ longhorn }: Ports) => longhorn.backups.create(draft, really),
  kind: 'Backup' as const,
  name: draft.name,
});
const createVolume = (draft: RestoreVolumeDraft, name = draft.name) => ({
  act: ({ restores }: Ports) => restores.createVolume(draft, really),
  kind: 'Volume' as const,
  name,
});

const long = 'restore-of-a-very-long-persistent-volume-claim-1';

export const admitted: readonly AdmittedCase[] = [
  {
    title: 'a snapshot gets the finalizer and the label of its volume',
    act: ({ longhorn }) =>
      longhorn.snapshots.create({ name: 'snap-2', volume: 'vol', marks: { 'app.example/run': 'one' } }, really),
    kind: 'Snapshot',
    name: 'snap-2',
    is: { metadata: { finalizers: ['longhorn.io'], labels: { 'app.example/run': 'one', longhornvolume: 'vol' } } },
  },
  {
    title: 'an incremental backup gets the access mode of its volume, and keeps our labels',
    ...createBackup(backup('backup-1')),
    is: {
      metadata: {
        finalizers: ['longhorn.io'],
        labels: { 'app.example/run': 'one', 'backup-volume': 'vol', 'backup-target': 'default' },
      },
      spec: {
        backupMode: 'incremental',
        backupBlockSize: '2097152',
        labels: { 'app.example/cluster': 'here', 'longhorn.io/volume-access-mode': 'rwx' },
      },
    },
  },
  {
    title: 'a full backup stays full',
    ...createBackup(backup('backup-2', { mode: 'full' })),
    is: { spec: { backupMode: 'full' } },
  },
  {
    title: 'a block size that is not asked for, or another, becomes the volume’s',
    ...createBackup(backup('backup-16', { volume: 'vol-16', snapshotName: 'snap-16' })),
    is: { spec: { backupBlockSize: '16777216' } },
  },
  {
    title: 'a backup that was read from the target is incremental, too',
    ...createBackup(backup('backup-3', { blockSize: undefined })),
    kind: 'Backup',
    name: 'one',
    is: { spec: { backupMode: 'incremental', labels: { 'longhorn.io/volume-access-mode': 'rwx' } } },
  },
  {
    title: 'a volume from a backup gets the size of the backups, and their labels',
    ...createVolume(restore('restored')),
    is: {
      metadata: {
        finalizers: ['longhorn.io'],
        labels: { 'app.example/run': 'one', 'backup-volume': 'vol', 'backup-target': 'default' },
      },
      spec: { size: '2147483648', accessMode: 'rwo', backupTargetName: 'default', numberOfReplicas: 1 },
    },
  },
  {
    title: 'a volume from a backup for many pods, encrypted, with three replicas',
    ...createVolume(restore('restored-rwx', { accessMode: 'rwx', isEncrypted: true, numberOfReplicas: 3 })),
    is: { spec: { accessMode: 'rwx', encrypted: true, numberOfReplicas: 3 } },
  },
  {
    title: 'a volume from a backup for one pod',
    ...createVolume(restore('restored-rwop', { accessMode: 'rwop' })),
    is: { spec: { accessMode: 'rwop' } },
  },
  {
    title: 'a name of more than 40 characters is cut, and capitals are lowered',
    ...createVolume(restore(long), correctName(long)),
    is: { spec: { size: '2147483648' } },
  },
  {
    title: 'an image of a backup is made under its name',
    act: ({ images }) =>
      images.restore(
        {
          image: 'image-2',
          target: 'default',
          url: 's3://bucket@region/?backingImage=image-2',
          checksum: 'a'.repeat(128),
        },
        { 'app.example/run': 'one' },
      ),
    kind: 'BackingImage',
    name: 'image-2',
    is: {
      metadata: { labels: { 'app.example/run': 'one' } },
      spec: { sourceType: 'restore', sourceParameters: { 'backup-target-name': 'default' } },
    },
  },
  {
    title: 'a hold and a mark are written, and taken off',
    async act({ longhorn, restores }) {
      const seen = await longhorn.backups.get('backup-1');
      if (seen === undefined) throw new Error('the backup of the case above is gone');
      await restores.release(await restores.hold(seen, 'operation-1'));
      await longhorn.backups.unwatch('backup-1');
      await longhorn.snapshots.unwatch('snap-2');
      const { uid } = await restores.createVolume(restore('marked'), really);
      await restores.markVolume('marked', uid, { 'app.example/run': null });
      const target = await longhorn.getTarget('far');
      if (target !== undefined) await restores.requestSync(target, new Date());
    },
    kind: 'Volume',
    name: 'marked',
    is: { metadata: { labels: { 'backup-volume': 'vol' } } },
  },
  {
    title: 'a snapshot, a backup and a volume are deleted under their uids',
    async act({ longhorn, restores }) {
      const [seen, kept] = [await longhorn.backups.get('backup-2'), await longhorn.snapshots.get('snap-2')];
      if (seen === undefined || kept === undefined) throw new Error('an object of the cases above is gone');
      await longhorn.backups.discard(seen);
      await longhorn.snapshots.delete(kept.name, kept.uid);
      const { name, uid } = await restores.createVolume(restore('deleted'), really);
      await restores.deleteVolume(name, uid);
    },
    kind: 'Volume',
    name: 'vol',
    is: {},
  },
];

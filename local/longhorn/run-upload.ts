/** One step of a backup's upload; the last step records the backup on the target. */
import { persistentVolumes } from '@soteria/shared/kubernetes/core-types.ts';
import type { BackupResource, VolumeResource } from '@soteria/shared/longhorn/wire.ts';
import { volumeStore } from './store/layout.ts';
import type { BackupManifest } from './store/manifest.ts';
import { recordBackup } from './store/record-backup.ts';
import { type UploadResult, upload } from './store/upload.ts';
import { readSnapshotRecord, snapshotData } from './take-snapshot.ts';
import { targetOfBackup } from './volume-relations.ts';
import { type World, instantOf } from './world.ts';

const defaultBlockSizeBytes = 2 * 1024 * 1024;

export interface UploadStep {
  readonly progress: number;
  readonly isDone: boolean;
}

export async function runUpload(world: World, backup: BackupResource, volume: VolumeResource): Promise<UploadStep> {
  const { name } = backup.metadata;
  const snapshotFolder = world.folders.snapshot(volume.metadata.name, backup.spec.snapshotName ?? '');
  const target = world.folders.target(targetOfBackup(backup));
  const blockSizeBytes = Number(backup.spec.backupBlockSize ?? 0) || defaultBlockSizeBytes;
  const step = await world.uploads.advance(name, world.pace.uploadBytesPerStep, () =>
    upload({
      source: snapshotData(snapshotFolder),
      store: volumeStore(target, volume.metadata.name),
      blockSizeBytes,
      mode: backup.spec.backupMode === 'full' ? 'full' : 'incremental',
      journalFile: world.folders.uploadJournal(name),
    }),
  );
  if (!('result' in step)) {
    // Only a Completed backup reports 100.
    return { progress: Math.min(99, Math.floor((step.doneBytes / step.totalBytes) * 100)), isDone: false };
  }
  const snapshot = await readSnapshotRecord(snapshotFolder);
  if (snapshot === undefined) throw new Error('the snapshot went away while it was read');
  const manifest = manifestOf(world, backup, volume, {
    ...step.result,
    snapshotCreatedAt: snapshot.createdAt,
    blockSizeBytes,
  });
  await recordBackup(target, manifest, { storageClassName: await storageClassOf(world, volume) });
  return { progress: 100, isDone: true };
}

/** The record of an interrupted upload: it has no instant, because the backup was never complete. */
export async function leaveUnfinished(world: World, backup: BackupResource, volume: VolumeResource): Promise<void> {
  const nothing = { files: [], totalBytes: 0, newBytes: 0, againBytes: 0 };
  const done = { ...nothing, snapshotCreatedAt: '', blockSizeBytes: defaultBlockSizeBytes };
  const unfinished = { ...manifestOf(world, backup, volume, done), CreatedTime: '' };
  const facts = { storageClassName: await storageClassOf(world, volume) };
  await recordBackup(world.folders.target(targetOfBackup(backup)), unfinished, facts);
}

function manifestOf(
  world: World,
  { metadata, spec }: BackupResource,
  volume: VolumeResource,
  done: UploadResult & { readonly snapshotCreatedAt: string; readonly blockSizeBytes: number },
): BackupManifest {
  return {
    Name: metadata.name,
    VolumeName: volume.metadata.name,
    SnapshotName: spec.snapshotName ?? '',
    SnapshotCreatedAt: done.snapshotCreatedAt,
    CreatedTime: instantOf(world.now()),
    Size: wholeBlocks(done.totalBytes, done.blockSizeBytes).toString(),
    NewlyUploadedDataSize: done.newBytes.toString(),
    ReUploadedDataSize: done.againBytes.toString(),
    CompressionMethod: 'gzip',
    BlockSize: done.blockSizeBytes,
    Labels: { ...spec.labels },
    VolumeSize: String(volume.spec.size ?? '0'),
    VolumeCreated: volume.metadata.creationTimestamp,
    Files: [...done.files],
  };
}

/** Longhorn counts a backup in whole blocks. */
function wholeBlocks(bytes: number, blockSizeBytes: number): number {
  return Math.ceil(bytes / blockSizeBytes) * blockSizeBytes;
}

async function storageClassOf(world: World, { status }: VolumeResource): Promise<string> {
  const pvName = status?.kubernetesStatus?.pvName ?? '';
  if (pvName === '') return '';
  const pv = await world.client.get(persistentVolumes, { name: pvName }, world);
  return pv?.spec?.storageClassName ?? '';
}

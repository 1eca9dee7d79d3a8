/** The status of a Backup after each step, and after its facts were read back from the target (longhorn.md 1.1). Pure. */
import type { BackupResource } from '@soteria/shared/longhorn/wire.ts';
import type { BackupAction } from './decide-backup.ts';

type Status = NonNullable<BackupResource['status']>;

export type BackupStep = Exclude<BackupAction, { readonly type: 'nothing' | 'advance' | 'readBack' }>;

/** A merge patch of the status; `now`: RFC 3339. */
export function statusAfter(step: BackupStep, { spec }: Pick<BackupResource, 'spec'>, now: string): Partial<Status> {
  const { snapshotName } = spec;
  switch (step.type) {
    case 'wait':
      return { state: 'Pending', messages: { info: step.message } };
    case 'begin':
      return { state: 'InProgress', progress: 0, messages: null, snapshotName };
    case 'pretend':
      return { progress: step.progress };
    case 'lose':
      return { state: 'Unknown', error: step.message, messages: null };
    case 'interrupt':
    case 'fail':
      return { state: 'Error', error: step.message, messages: null, snapshotName, lastSyncedAt: now };
  }
}

/** The store's record of a backup; sizes as decimal texts. */
export interface BackupOnTarget {
  readonly target: string;
  readonly url: string;
  readonly volume: string;
  readonly volumeSize: string;
  readonly snapshotName: string;
  readonly snapshotCreatedAt: string;
  readonly createdAt: string;
  readonly size: string;
  readonly uploaded: string;
  readonly labels: Readonly<Record<string, string>>;
}

export function statusReadBack(found: BackupOnTarget, now: string): Partial<Status> {
  return {
    state: 'Completed',
    progress: 100,
    backupTargetName: found.target,
    url: found.url,
    volumeName: found.volume,
    volumeSize: found.volumeSize,
    snapshotName: found.snapshotName,
    snapshotCreatedAt: found.snapshotCreatedAt,
    backupCreatedAt: found.createdAt,
    size: found.size,
    newlyUploadDataSize: found.uploaded,
    labels: { ...found.labels },
    messages: null,
    lastSyncedAt: now,
  };
}

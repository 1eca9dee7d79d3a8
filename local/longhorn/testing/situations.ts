/** Situations in which nothing is wrong and nothing is asked for; a test changes the members that it is about. */
import type { DeletionSituation } from '../decide-backup-deletion.ts';
import type { BackupSituation } from '../decide-backup.ts';
import type { SnapshotSituation } from '../decide-snapshot.ts';
import type { TargetSituation } from '../decide-target.ts';

export const backupSituation: BackupSituation = {
  state: '',
  snapshotName: 'snap',
  isReadBack: false,
  progress: 10,
  volumeName: 'vol',
  volumeState: 'attached',
  isSnapshotReady: true,
  deletedSibling: undefined,
  isTargetAvailable: true,
  waits: 0,
  faults: {},
};

export const deletionSituation: DeletionSituation = {
  name: 'backup',
  url: 's3://x/?backup=backup',
  state: 'Completed',
  isObjectOnly: false,
  isTargetAvailable: true,
  isOnTarget: true,
  isSiblingInProgress: false,
  volume: 'vol',
  faults: {},
};

export const snapshotSituation: SnapshotSituation = {
  isDeleting: false,
  isReady: false,
  isMarkedRemoved: false,
  error: '',
  mustBeTaken: true,
  volumeName: 'vol',
  volumeState: 'attached',
  hasInstant: false,
  isTaken: false,
  isNewest: true,
  faults: {},
};

export const targetSituation: TargetSituation = {
  url: 's3://local@loopback/',
  isAvailable: true,
  lastMessage: '',
  lastSyncedAt: '2026-08-20T02:00:00Z',
  syncRequestedAt: '',
  isUrgent: false,
  pollIntervalMs: 60_000,
  trouble: undefined,
  lossShowsInMs: 0,
  faults: {},
};

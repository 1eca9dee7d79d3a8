/**
 * What Soteria asks of Longhorn, in its own words. Adapters: `custom-resources.ts` (Longhorn's custom resources over a
 * KubernetesClient), `fake.ts` (in memory). `contract.ts` is the suite both pass.
 *
 * Absence is `undefined`. Creating what exists throws `name_conflict`; a refusal of Longhorn's webhook throws `cluster_refused`
 * with its own message; a webhook that is down throws `cluster_unavailable`.
 */
import type { PointReader } from '../restore-points/port.ts';
import type { Backup, BackupTarget, BackupVolume, LonghornVolume, Snapshot } from './objects.ts';

/** Marks every object gets: `metadata.labels` for selectors, which Longhorn loses when it re-reads a backup from the target. */
export interface Marks {
  readonly [label: string]: string;
}

export interface SnapshotDraft {
  /** At most 63 characters. */
  readonly name: string;
  readonly volume: string;
  readonly marks: Marks;
}

export interface BackupDraft {
  /** At most 63 characters. */
  readonly name: string;
  readonly volume: string;
  readonly backupTargetName: string;
  /** Empty in a dry run, where the snapshot does not exist yet. */
  readonly snapshotName: string;
  readonly mode: 'incremental' | 'full';
  /** The volume's own; left out for Longhorn before 1.10. */
  readonly blockSize?: string | undefined;
  readonly marks: Marks;
  /** Goes into `spec.labels`, and with the backup to the target: what must survive the cluster. */
  readonly catalogue: Readonly<Record<string, string>>;
}

export interface CreateOptions {
  readonly isDryRun: boolean;
}

export interface SnapshotPort {
  create(draft: SnapshotDraft, options: CreateOptions, signal?: AbortSignal): Promise<Snapshot>;
  get(name: string, signal?: AbortSignal): Promise<Snapshot | undefined>;
  listOfVolume(volume: string, signal?: AbortSignal): Promise<readonly Snapshot[]>;
  /** Those that wake this function. */
  listWatched(functionName: string, signal?: AbortSignal): Promise<readonly Snapshot[]>;
  /** Deletes this very object only; a missing one is success. */
  delete(name: string, uid: string, signal?: AbortSignal): Promise<void>;
  /** Takes the watch label off, so that later changes wake nobody; a missing object is success. */
  unwatch(name: string, signal?: AbortSignal): Promise<void>;
}

/** `list`: every backup Longhorn knows of. */
export interface BackupPort extends PointReader<Backup> {
  /** Sent once: a second request could find the first one's backup made, completed and gone from the list, and overwrite it. */
  create(draft: BackupDraft, options: CreateOptions, signal?: AbortSignal): Promise<Backup>;
  get(name: string, signal?: AbortSignal): Promise<Backup | undefined>;
  listWatched(functionName: string, signal?: AbortSignal): Promise<readonly Backup[]>;
  delete(name: string, uid: string, signal?: AbortSignal): Promise<void>;
  /**
   * Deletes it only while it is as it was seen: one that has moved meanwhile, and may have become a restore point, throws
   * `cluster_conflict`. A missing one is success.
   */
  discard(seen: SeenBackup, signal?: AbortSignal): Promise<void>;
  unwatch(name: string, signal?: AbortSignal): Promise<void>;
  /** Sets labels, or takes off those that are null, only while it is as it was seen; `cluster_conflict` when it has changed. */
  mark(seen: SeenBackup, marks: Readonly<Record<string, string | null>>, signal?: AbortSignal): Promise<Backup>;
}

export type SeenBackup = Pick<Backup, 'name' | 'uid' | 'resourceVersion'>;

export interface Longhorn {
  readonly snapshots: SnapshotPort;
  readonly backups: BackupPort;
  getVolume(name: string, signal?: AbortSignal): Promise<LonghornVolume | undefined>;
  getTarget(name: string, signal?: AbortSignal): Promise<BackupTarget | undefined>;
  listTargets(signal?: AbortSignal): Promise<readonly BackupTarget[]>;
  /** By target and volume; of duplicates the one synced last (longhorn.md 5, #11154). */
  getBackupVolume(target: string, volume: string, signal?: AbortSignal): Promise<BackupVolume | undefined>;
}

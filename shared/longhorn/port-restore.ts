/**
 * What a restore asks of Longhorn beside what every driver asks (`port.ts`). Adapter: `restore-resources.ts`. Errors as there; a
 * write whose object has changed meanwhile throws `cluster_conflict`.
 */
import type { Backup, BackupTarget } from './objects.ts';
import type { CreateOptions, Marks } from './port.ts';

/** A Volume that Longhorn fills from a backup. */
export interface RestoreVolumeDraft {
  /** At most 40 characters: Longhorn silently renames longer ones. */
  readonly name: string;
  /** `Backup.status.url`, verbatim. */
  readonly fromBackup: string;
  readonly backupTargetName: string;
  /** Longhorn sets it to what the backups of the volume need. */
  readonly sizeBytes: bigint;
  readonly numberOfReplicas: number;
  readonly dataEngine: string;
  /** `rwo`, `rwop` or `rwx`. */
  readonly accessMode: string;
  /** What the source was: a wrong one fails at the first mount. */
  readonly isEncrypted: boolean;
  readonly backingImage?: string | undefined;
  readonly marks: Marks;
}

export interface RestoreVolume {
  readonly name: string;
  readonly uid: string;
  readonly isDeleting: boolean;
  readonly fromBackup?: string | undefined;
  readonly sizeBytes: bigint;
  readonly state: string;
  readonly robustness: string;
  readonly isRestoreInitiated: boolean;
  readonly isRestoreRequired: boolean;
  /** Attached by Longhorn for itself: no workload can see it. */
  readonly isFrontendDisabled: boolean;
  /** Longhorn's words when it finds no place for a replica: as long as that stays, nothing moves. */
  readonly unscheduledBecause?: string | undefined;
  /** Longhorn's words when the restore itself has failed. */
  readonly failedBecause?: string | undefined;
  readonly marks: Marks;
}

/**
 * The one rule for "has been restored" (longhorn.md 3.3): not yet begun looks like done, but for `isRestoreInitiated`. Once every byte
 * is there Longhorn detaches the volume, or a workload that was waiting for the claim has it attached before anybody could see that.
 */
export function isRestored(volume: RestoreVolume): boolean {
  const isAtWork = volume.state === 'attached' && !volume.isFrontendDisabled;
  return volume.isRestoreInitiated && !volume.isRestoreRequired && (volume.state === 'detached' || isAtWork);
}

/** No replica could be restored: this Volume will never be whole. */
export function hasFailed({ robustness }: RestoreVolume): boolean {
  return robustness === 'faulted';
}

/** The description of a volume's folder on a target: its BackupVolume. */
export interface VolumeDescription {
  readonly name: string;
  readonly uid: string;
  readonly volume: string;
  readonly isDeleting: boolean;
  /** Of the last backup in the folder. */
  readonly catalogue: Readonly<Record<string, string>>;
}

export interface LonghornRestores {
  /** The answer's name is the one Longhorn has given. */
  createVolume(draft: RestoreVolumeDraft, options: CreateOptions, signal?: AbortSignal): Promise<RestoreVolume>;
  getVolume(name: string, signal?: AbortSignal): Promise<RestoreVolume | undefined>;
  /** Those that carry all of these labels. */
  listVolumes(marks: Marks, signal?: AbortSignal): Promise<readonly RestoreVolume[]>;
  /** Deletes this very object only; a missing one is success. */
  deleteVolume(name: string, uid: string, signal?: AbortSignal): Promise<void>;
  /** Of the folders that the targets hold of this volume. */
  listDescriptions(volume: string, signal?: AbortSignal): Promise<readonly VolumeDescription[]>;
  /** Deletes this very object, and with it **every backup of its volume** on that target; a missing one is success. */
  deleteDescription(name: string, uid: string, signal?: AbortSignal): Promise<void>;
  /** Sets labels, or takes off those that are null, on this very object; a missing one throws `not_found`. */
  markVolume(
    name: string,
    uid: string,
    marks: Readonly<Record<string, string | null>>,
    signal?: AbortSignal,
  ): Promise<RestoreVolume>;
  /** 0 to 100: the slowest replica's; undefined before the engine tells any. */
  getProgress(volume: string, signal?: AbortSignal): Promise<number | undefined>;
  /** In Longhorn's words, of each replica that has any: why it could not be restored. */
  getRestoreErrors(volume: string, signal?: AbortSignal): Promise<readonly string[]>;
  /** Has Longhorn read the target now; one that is gone throws `not_found`. At most every ten seconds (longhorn.md 5). */
  requestSync(target: BackupTarget, at: Date, signal?: AbortSignal): Promise<void>;
  /** Writes the hold on the Backup as it was read; `cluster_conflict` when it is another or has changed. */
  hold(backup: Backup, holderUid: string, signal?: AbortSignal): Promise<Backup>;
  /** Takes the hold off; a Backup that is gone is success. */
  release(backup: Backup, signal?: AbortSignal): Promise<void>;
}

/** Longhorn's objects as the product sees them: parsed, sizes as bigint bytes, empty texts as absence. */

export interface KubernetesStatus {
  readonly pvName: string;
  readonly namespace: string;
  readonly pvcName: string;
  /** Not empty: that claim no longer uses the volume. */
  readonly lastPVCRefAt: string;
}

export interface LonghornVolume {
  readonly name: string;
  readonly uid: string;
  readonly sizeBytes: bigint;
  readonly actualSizeBytes: bigint;
  readonly state: string;
  /** `healthy`, `degraded`, `faulted`, `unknown`; a detached volume is `unknown`. */
  readonly robustness: string;
  readonly isStandby: boolean;
  readonly isRestoring: boolean;
  readonly isEncrypted: boolean;
  readonly accessMode: string;
  readonly dataEngine: string;
  readonly numberOfReplicas: number;
  readonly backingImage?: string | undefined;
  readonly backupTargetName: string;
  /** Name of the backup that was completed last; v2 volumes never have one (longhorn.md 5, #12542). */
  readonly lastBackup?: string | undefined;
  readonly backupBlockSize?: string | undefined;
  readonly nodeId?: string | undefined;
  readonly kubernetesStatus?: KubernetesStatus | undefined;
  /** `status.kubernetesStatus` as it came, for `Backup.spec.labels.KubernetesStatus`. */
  readonly kubernetesStatusJson?: string | undefined;
  /** Message of the TooManySnapshots condition when it is true. */
  readonly tooManySnapshots?: string | undefined;
}

export interface BackupTarget {
  readonly name: string;
  readonly url: string;
  /** Name of the Secret in Longhorn's namespace; never its content. */
  readonly credentialSecret?: string | undefined;
  readonly isAvailable: boolean;
  /** Longhorn's own words when it is not. */
  readonly unavailableMessage?: string | undefined;
  readonly lastSyncedAt?: string | undefined;
  /** When somebody asked Longhorn to read it, by the asker's clock. */
  readonly syncRequestedAt?: string | undefined;
  /** Zero: never polled. */
  readonly pollIntervalMs: number;
}

export interface BackupVolume {
  readonly name: string;
  readonly volume: string;
  readonly backupTargetName: string;
  readonly sizeBytes?: bigint | undefined;
  readonly dataStoredBytes?: bigint | undefined;
  readonly lastSyncedAt?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Snapshot {
  readonly name: string;
  readonly uid: string;
  readonly volume: string;
  readonly isReady: boolean;
  /** Final: what was taken is lost. */
  readonly error?: string | undefined;
  /** Why it is not taken yet: Longhorn tries again by itself. */
  readonly waitMessage?: string | undefined;
  readonly isMarkedRemoved: boolean;
  readonly isDeleting: boolean;
  /** The instant of the data, RFC 3339. */
  readonly createdAt?: string | undefined;
  readonly sizeBytes: bigint;
  readonly marks: Readonly<Record<string, string>>;
}

export type BackupState = '' | 'Pending' | 'InProgress' | 'Completed' | 'Error' | 'Unknown' | 'Deleting';

export interface Backup {
  readonly name: string;
  readonly uid: string;
  /** Precondition of what must not happen when somebody else has written meanwhile. */
  readonly resourceVersion?: string | undefined;
  /** When the object was made; one that was read from the target is younger than its data. */
  readonly madeAt?: string | undefined;
  readonly state: BackupState | (string & {});
  /** 0 to 100. */
  readonly progress: number;
  readonly error?: string | undefined;
  /** `messages.info`, why it waits. */
  readonly waitMessage?: string | undefined;
  /** With state Error this means a failed *deletion*. */
  readonly isDeleting: boolean;
  readonly url?: string | undefined;
  readonly snapshotName?: string | undefined;
  /** The instant of the data, RFC 3339. */
  readonly snapshotCreatedAt?: string | undefined;
  readonly backupCreatedAt?: string | undefined;
  readonly lastSyncedAt?: string | undefined;
  readonly sizeBytes?: bigint | undefined;
  readonly uploadedBytes?: bigint | undefined;
  readonly volume?: string | undefined;
  readonly volumeSizeBytes?: bigint | undefined;
  readonly backupTargetName?: string | undefined;
  /** `metadata.labels`: lost when Longhorn re-reads the backup from the target. */
  readonly marks: Readonly<Record<string, string>>;
  /** What travels with the backup: `status.labels`, before the first sync `spec.labels`. */
  readonly catalogue: Readonly<Record<string, string>>;
}

/** The one rule for "can be restored" (longhorn.md 0.2); the answer says why not. */
export function whyNotRestorable(backup: Backup): string | undefined {
  if (backup.isDeleting) return 'it is being deleted';
  if (backup.state !== 'Completed') return `its state is ${backup.state === '' ? 'new' : backup.state}`;
  if (backup.lastSyncedAt === undefined) return 'Longhorn has not yet read it back from the target';
  if (backup.url === undefined) return 'it has no URL yet';
  if (backup.backupTargetName === undefined) return 'it names no backup target';
  return undefined;
}

const hourMs = 3_600_000;

/** How long an upload that runs in another cluster may continue after its object was made. */
export const foreignUploadMs = 24 * hourMs;
/** Longhorn fills in what it has read from a target within seconds. */
export const neverFilledMs = hourMs;

/**
 * What an interrupted upload leaves: `backup_<name>.cfg` without `CreatedTime`. Longhorn makes an object of it that is never filled in,
 * and while the file is there removes no blocks of the volume.
 */
export function isInterruptedUpload(backup: Backup, now: Date, afterMs: number): boolean {
  const { state, snapshotName, lastSyncedAt, madeAt } = backup;
  const isEmpty = state === '' && snapshotName === undefined && lastSyncedAt === undefined;
  return isEmpty && madeAt !== undefined && now.getTime() - Date.parse(madeAt) >= afterMs;
}

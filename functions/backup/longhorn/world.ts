/** What a decision about one Longhorn backup may know of the cluster. A member that was not looked at yet is left out. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { ClusterIdentity } from '@soteria/shared/settings/cluster-reader.ts';
import type { Backup, BackupTarget, BackupVolume, LonghornVolume, Snapshot } from '@soteria/shared/longhorn/objects.ts';
import type { SlotEntry } from '@soteria/shared/operation/queue/decide-slots.ts';
import type { Entered } from '@soteria/shared/operation/queue/slots.ts';
import type { OwnClusters } from '@soteria/shared/settings/own-clusters.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';

/** Looked at; `seen` is undefined when it is not there. */
export interface Look<T> {
  readonly seen: T | undefined;
}

export interface World {
  readonly claim?: Look<PersistentVolumeClaim>;
  readonly persistentVolume?: Look<PersistentVolume>;
  readonly volume?: Look<LonghornVolume>;
  readonly target?: Look<BackupTarget>;
  readonly backupVolume?: Look<BackupVolume>;
  readonly snapshot?: Look<Snapshot>;
  readonly backup?: Look<Backup>;
  /** Every Operation of the claim, oldest first, this one too. */
  readonly peers?: Look<readonly Operation[]>;
  /** Every backup of the volume. */
  readonly points?: Look<readonly Backup[]>;
  /** Ids of the claim's points that a restore test has refuted. */
  readonly refuted?: Look<readonly string[]>;
  /** Every backup Longhorn lists, of any volume. */
  readonly catalogue?: Look<readonly Backup[]>;
  /** Every snapshot of the volume. */
  readonly snapshots?: Look<readonly Snapshot[]>;
  readonly identity?: Look<ClusterIdentity>;
  /** Whose points count as this cluster's. */
  readonly ownClusters?: Look<OwnClusters>;
  /** Looked at before anything is created or deleted. */
  readonly paused?: Look<boolean>;
  /** The entry this Operation holds in the slots. */
  readonly ownSlot?: Look<SlotEntry>;
  /** Answer of the slots, when it was asked. */
  readonly slot?: Entered;
  /** No other Operation can answer the same request: its name would be the same. */
  readonly hasNoTwin?: true;
  readonly hasLeftSlot?: true;
  readonly isKeptAwake?: true;
  /** The name of a backup that this very wake-up has put into the record: nobody else may make it (invariant 7). */
  readonly intended?: string | undefined;
  /** Snapshots that Longhorn refuses to delete for good (linked clones stand on them): name → why. They stay. */
  readonly kept?: Readonly<Record<string, string>>;
  /** What Longhorn answered to the last create, when it refused for good. */
  readonly refusal?: SoteriaError;
}

export type Place = Exclude<
  keyof World,
  'slot' | 'hasNoTwin' | 'hasLeftSlot' | 'isKeptAwake' | 'intended' | 'kept' | 'refusal'
>;

/** Decisions by this table read no clock and no environment. */
export interface Rules {
  readonly defaultMode: 'incremental' | 'full';
  /** SOTERIA_BACKUP_DRIVER: what a request that names no driver means; left out, longhorn. */
  readonly defaultDriver?: 'longhorn' | 'restic';
  /** Nothing moved for so long: the backup is stuck. */
  readonly stallMs: number;
  /** From start to end at most. */
  readonly deadlineMs: number;
  readonly maxAttempts: number;
  /** At least so long after an attempt that failed the next one begins; Longhorn's locks live 150 seconds. */
  readonly retryMs: number;
}

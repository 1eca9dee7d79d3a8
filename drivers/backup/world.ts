/** What is known of one backup whatever its driver. Each driver adds what it has looked at itself. A member that was not looked at yet is left out. */
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { RequestDriver } from '@soteria/shared/operation/kinds/drivers.ts';
import type { SlotEntry } from '@soteria/shared/operation/queue/decide-slots.ts';
import type { Entered } from '@soteria/shared/operation/queue/slots.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { ClusterIdentity } from '@soteria/shared/settings/cluster-reader.ts';
import type { OwnClusters } from '@soteria/shared/settings/own-clusters.ts';

/** Looked at; `seen` is undefined when it is not there. */
export interface Look<T> {
  readonly seen: T | undefined;
}

export interface BackupWorld {
  readonly claim?: Look<PersistentVolumeClaim>;
  readonly persistentVolume?: Look<PersistentVolume>;
  /** Every Operation of the claim, oldest first, this one too. */
  readonly peers?: Look<readonly Operation[]>;
  /** Ids of the claim's points that a restore test has refuted. */
  readonly refuted?: Look<readonly string[]>;
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
}

/** Where the function looks itself; everywhere else its driver looks. */
export const functionPlaces = ['peers', 'refuted', 'identity', 'ownClusters', 'paused', 'ownSlot'] as const;
export type FunctionPlace = (typeof functionPlaces)[number];

/** Decisions by this table read no clock and no environment. */
export interface Rules {
  readonly defaultMode: 'incremental' | 'full';
  /** SOTERIA_BACKUP_DRIVER: what a request that names no driver means. */
  readonly defaultDriver?: RequestDriver;
  /** Nothing moved for so long: the backup is stuck. */
  readonly stallMs: number;
  /** From start to end at most. */
  readonly deadlineMs: number;
  readonly maxAttempts: number;
  /** After a failed attempt the next begins no sooner than this; a lock of Longhorn's on a target lives 150 seconds. */
  readonly retryMs: number;
}

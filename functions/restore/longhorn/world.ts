/** What a decision about one restore may know of the cluster. A member that was not looked at yet is left out. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { BackingImage, BackingImageBackup } from '@soteria/shared/longhorn/backing-images.ts';
import type { NodeRoom } from '@soteria/shared/longhorn/node-room.ts';
import type { Backup, BackupTarget } from '@soteria/shared/longhorn/objects.ts';
import type { OwnClusters } from '@soteria/shared/settings/own-clusters.ts';
import type { RestoreVolume } from '@soteria/shared/longhorn/port-restore.ts';
import type { ClaimProof } from '@soteria/shared/restore-points/claim-proof.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { Entered } from '@soteria/shared/operation/queue/slots.ts';
import type { ProofJob } from '../proof/proof-jobs.ts';
import type { Booked } from '../proof/test-budget.ts';

/** Looked at; `seen` is undefined when it is not there. */
export interface Look<T> {
  readonly seen: T | undefined;
}

export interface World {
  /** The claim to make: before, whether its name is free; after, what became of it. */
  readonly claim?: Look<PersistentVolumeClaim>;
  readonly persistentVolume?: Look<PersistentVolume>;
  readonly volume?: Look<RestoreVolume>;
  /** 0 to 100, from the engine. */
  readonly progress?: Look<number>;
  /** Longhorn's words for why replicas could not be restored. */
  readonly restoreErrors?: Look<readonly string[]>;
  /** What restore tests have said of the source claim before. */
  readonly earlier?: Look<ClaimProof>;
  /** Why the point cannot be tested at all: no Job can be made, or it is larger than what tests may read. */
  readonly noTest?: Look<SoteriaError>;
  /** The Jobs of a restore test: our own, and the one with the user's command. */
  readonly proof?: Look<ProofJob>;
  readonly command?: Look<ProofJob>;
  /** Of the claim to make, oldest first, this one too. */
  readonly peers?: Look<readonly Operation[]>;
  /** Every backup that Longhorn knows. */
  readonly points?: Look<readonly Backup[]>;
  readonly ownClusters?: Look<OwnClusters>;
  /** The point that the request means, or why there is none: decided when all that it takes has been looked at. */
  readonly chosen?: Backup | SoteriaError;
  /** Name of the volume the source claim has now. */
  readonly liveVolume?: Look<string>;
  /** The backup that is restored from. */
  readonly backup?: Look<Backup>;
  readonly target?: Look<BackupTarget>;
  /** All of them: where a URL that nobody knows may be found. */
  readonly targets?: Look<readonly BackupTarget[]>;
  /** That the source's volume stands on; and its backup, where Longhorn does not have it. */
  readonly backingImage?: Look<BackingImage>;
  readonly imageBackup?: Look<BackingImageBackup>;
  /** Where there is room, when Longhorn finds no place. */
  readonly rooms?: Look<readonly NodeRoom[]>;
  /** Of the claim to make, where the request names it or the claim is to grow: whether it may grow; not seen: there is no such class. */
  readonly storageClass?: Look<boolean>;
  /** Uids of all operations that run: a holder of the backup that is not among them is gone. */
  readonly running?: Look<readonly string[]>;
  /** Longhorn was asked to read a backup target. */
  readonly hasAskedToRead?: true;
  /** Answer of the slots, when it was asked. */
  readonly slot?: Entered;
  readonly hasLeftSlot?: true;
  /** Answer of the budget of restore tests, when it was asked. */
  readonly budget?: Booked;
  readonly hasLeftBudget?: true;
  /** The verdict is in the record that outlives the operation. */
  readonly isProofKept?: true;
  /** Why Longhorn refuses to delete the volume for good: it stays. */
  readonly keptVolume?: string;
  /** What the cluster answered to the last write, when it refused for good. */
  readonly refusal?: SoteriaError;
}

/** What is known from acting, not from looking. */
type Remembered =
  | 'chosen'
  | 'slot'
  | 'hasLeftSlot'
  | 'budget'
  | 'hasLeftBudget'
  | 'isProofKept'
  | 'keptVolume'
  | 'refusal'
  | 'hasAskedToRead';

export type Place = Exclude<keyof World, Remembered>;

/** Decisions by this table read no clock and no environment. */
export interface Rules {
  /** Nothing moved for so long: the restore is stuck. */
  readonly stallMs: number;
  /** From start to end at most. */
  readonly deadlineMs: number;
  readonly maxAttempts: number;
  /** So long Longhorn may take to list a backup whose target it is asked to read. */
  readonly readingMs: number;
  /** Soteria's own, for the Job of a restore test. */
  readonly runnerImage: string;
  /** Restore tests that run at once. */
  readonly maxParallelTests: number;
  /** What restore tests may read from the target in 24 hours. */
  readonly maxTestBytesPerDay: bigint;
}

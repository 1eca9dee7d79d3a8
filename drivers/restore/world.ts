/** What is known of one restore whatever its driver. Each driver adds what it has looked at itself. A member that was not looked at yet is left out. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { Entered } from '@soteria/shared/operation/queue/slots.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { ClaimProof } from '@soteria/shared/restore-points/claim-proof.ts';
import type { KnownPoint } from '@soteria/shared/restore-points/restore-point.ts';
import type { OwnClusters } from '@soteria/shared/settings/own-clusters.ts';
import type { ProofJob } from '@soteria/shared/verification/proof-jobs.ts';

/** Looked at; `seen` is undefined when it is not there. */
export interface Look<T> {
  readonly seen: T | undefined;
}

/** Answer of the budget of restore tests. */
export type Booked =
  | { readonly isBooked: true }
  | { readonly isBooked: false; readonly waitsFor: string; readonly roomAt: Date };

export interface RestoreWorld {
  /** The claim to make: before, whether its name is free; after, what became of it. */
  readonly claim?: Look<PersistentVolumeClaim>;
  /** The driver looks at it: it knows its name. */
  readonly persistentVolume?: Look<PersistentVolume>;
  /** What restore tests have said of the source claim before. */
  readonly earlier?: Look<ClaimProof>;
  /** Why the point cannot be tested at all: no Job can be made, or it is larger than what tests may read. */
  readonly noTest?: Look<SoteriaError>;
  /** The Jobs of a restore test: our own, and the one with the user's command. */
  readonly proof?: Look<ProofJob>;
  readonly command?: Look<ProofJob>;
  /** Of the claim to make, oldest first, this one too. */
  readonly peers?: Look<readonly Operation[]>;
  readonly ownClusters?: Look<OwnClusters>;
  /** The point that the request means, or why there is none: decided when all that it takes has been looked at. */
  readonly chosen?: KnownPoint<unknown> | SoteriaError;
  /** Name of the volume the source claim has now. */
  readonly liveVolume?: Look<string>;
  /** Of the claim to make, where the request names it or the claim is to grow: whether it may grow; not seen: there is no such class. */
  readonly storageClass?: Look<boolean>;
  /** Uids of all operations that run: a holder of a point that is not among them is gone. */
  readonly running?: Look<readonly string[]>;
  /** Answer of the slots, when it was asked. */
  readonly slot?: Entered;
  readonly hasLeftSlot?: true;
  /** Answer of the budget of restore tests, when it was asked. */
  readonly budget?: Booked;
  readonly hasLeftBudget?: true;
  /** The verdict is in the record that outlives the operation. */
  readonly isProofKept?: true;
  /** What the cluster answered to the last write, when it refused for good. */
  readonly refusal?: SoteriaError;
}

/** Where the function looks itself; everywhere else its driver looks. */
export const functionPlaces = [
  'claim',
  'earlier',
  'noTest',
  'proof',
  'command',
  'peers',
  'ownClusters',
  'storageClass',
  'running',
] as const;
export type FunctionPlace = (typeof functionPlaces)[number];

/** Decisions by this table read no clock and no environment. */
export interface Rules {
  /** Nothing moved for so long: the restore is stuck. */
  readonly stallMs: number;
  /** From start to end at most. */
  readonly deadlineMs: number;
  readonly maxAttempts: number;
  /** The longest time to list a point whose store was asked to be read. */
  readonly readingMs: number;
  /** Soteria's own, for the Job of a restore test. */
  readonly runnerImage: string;
  /** Restore tests that run at once. */
  readonly maxParallelTests: number;
  /** What restore tests may read from the target in 24 hours. */
  readonly maxTestBytesPerDay: bigint;
}

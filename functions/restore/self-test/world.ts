/** What a decision about one self-test may know of the cluster. A member that was not looked at yet is left out. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import type { Draft } from '@soteria/shared/kubernetes/client.ts';
import type { Job, PersistentVolume, PersistentVolumeClaim } from '@soteria/shared/kubernetes/core-types.ts';
import type { Backup } from '@soteria/shared/longhorn/objects.ts';
import type { RestoreVolume, VolumeDescription } from '@soteria/shared/longhorn/port-restore.ts';
import type { Operation, OperationRequest, OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import type { Look } from '../../../drivers/restore/world.ts';
import type { ProofJob } from '@soteria/shared/verification/proof-jobs.ts';
import type { ChildKind } from './about-self-test.ts';
import type { SelfTestVerdict } from './verdicts.ts';

export interface SelfTestWorld {
  readonly claim?: Look<PersistentVolumeClaim>;
  readonly persistentVolume?: Look<PersistentVolume>;
  readonly volume?: Look<RestoreVolume>;
  readonly restoredClaim?: Look<PersistentVolumeClaim>;
  readonly restoredPersistentVolume?: Look<PersistentVolume>;
  readonly restoredVolume?: Look<RestoreVolume>;
  readonly writeJob?: Look<ProofJob>;
  readonly compareJob?: Look<ProofJob>;
  readonly backup?: Look<Operation>;
  readonly restore?: Look<Operation>;
  /** Of the test's volume, on the target. */
  readonly points?: Look<readonly Backup[]>;
  /** Of the folders on the targets that hold points of the test's volume. */
  readonly descriptions?: Look<readonly VolumeDescription[]>;
  readonly longhornVersion?: Look<string>;
  readonly isKeptAwake?: true;
  /** A Job was still running when it was deleted: its Pod may have the claim mounted yet. */
  readonly mayBeMounted?: true;
  readonly isVerdictKept?: true;
  /** What the cluster answered to the last write, when it refused for good. */
  readonly refusal?: SoteriaError;
}

export type Place = Exclude<keyof SelfTestWorld, 'isKeptAwake' | 'mayBeMounted' | 'isVerdictKept' | 'refusal'>;
export type SelfTestFact = 'passed' | 'failed';
export type JobPlace = 'writeJob' | 'compareJob';
export type ClaimPlace = 'claim' | 'restoredClaim';
export type PersistentVolumePlace = 'persistentVolume' | 'restoredPersistentVolume';
export type VolumePlace = 'volume' | 'restoredVolume';

/** One very object, by its uid. */
export interface This {
  readonly name: string;
  readonly uid: string;
}

export type SelfTestAction =
  | { readonly do: 'look'; readonly at: Place }
  | { readonly do: 'keep-awake' }
  | { readonly do: 'record'; readonly status: OperationStatus }
  | { readonly do: 'create-claim'; readonly draft: Draft<PersistentVolumeClaim> }
  | { readonly do: 'create-job'; readonly at: JobPlace; readonly draft: Draft<Job> }
  | { readonly do: 'create-child'; readonly kind: ChildKind; readonly name: string; readonly request: OperationRequest }
  | { readonly do: 'cancel-child'; readonly child: Operation }
  | { readonly do: 'delete-job'; readonly at: JobPlace; readonly job: This; readonly isRunning: boolean }
  | { readonly do: 'delete-claim'; readonly at: ClaimPlace; readonly claim: This }
  | { readonly do: 'delete-persistent-volume'; readonly at: PersistentVolumePlace; readonly persistentVolume: This }
  | { readonly do: 'delete-volume'; readonly at: VolumePlace; readonly volume: This }
  | { readonly do: 'delete-backup'; readonly backup: This }
  /** With every backup of the test's volume, of which none is anybody else's. */
  | { readonly do: 'delete-description'; readonly description: This }
  | { readonly do: 'keep-verdict'; readonly verdict: SelfTestVerdict }
  | { readonly do: 'announce'; readonly fact: SelfTestFact }
  /** Nothing until something changes; the record says what is waited for. */
  | { readonly do: 'wait' }
  /** Nothing ever again. */
  | { readonly do: 'rest' };

/** Decisions by this table read no clock and no environment. */
export interface SelfTestRules {
  /** From start to verdict at most. */
  readonly deadlineMs: number;
  /** Soteria's own, for the Jobs. */
  readonly runnerImage: string;
}

export interface SelfTestSituation {
  readonly operation: Operation;
  readonly world: SelfTestWorld;
  readonly rules: SelfTestRules;
  readonly now: Date;
}

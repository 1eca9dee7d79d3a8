/** What a tick knows of each claim: plain values, gathered by the caller. */
import type { ClaimToMatch, Marked } from '../match/explain-match.ts';

export interface ClaimFacts extends ClaimToMatch {
  readonly createdAt: Date;
  /** Its newest restorable point that no restore test has refuted, whoever made it. */
  readonly newest?: NewestPoint | undefined;
  /** The newest such point that no policy of Soteria has made: of recurring jobs, of CSI, asked for by hand. */
  readonly newestOfOthers?: Date | undefined;
  /** By the id of the policy. */
  readonly progress?: ReadonlyMap<string, PolicyProgress>;
  /** Nothing was written since the snapshot of `newest`, as its driver tells; left out: it was, or the driver cannot tell. */
  readonly isUnchanged?: boolean;
  /** Id of the newest good point, where a newer one is refuted: a restore test takes it. Undefined: the latest. */
  readonly testPoint?: string;
  /** Why no driver can take it now; undefined: one can. */
  readonly obstacle?: Obstacle | undefined;
  /** Undefined: a restore test can look at nothing of it, because it has no file system. */
  readonly tests?: TestFacts | undefined;
}

/** What is known of the restore tests of a claim. */
export interface TestFacts {
  /** The newest test that ended with a verdict, whoever asked for it. */
  readonly testedAt?: Date | undefined;
  /** A test of it is open, whoever asked for it. */
  readonly isTesting?: boolean;
  /** The newest due instant that a policy has asked for, by the id of the policy. */
  readonly askedFor?: ReadonlyMap<string, Date>;
}

export interface NewestPoint {
  /** Of the data. */
  readonly at: Date;
  /** `policy/nightly`, `recurring-job/daily`, `manual`, `foreign`. */
  readonly by: string;
  /** What a restore of it reads from the target; undefined: the driver does not know. */
  readonly bytes?: bigint;
}

/** What one policy did for one claim. */
export interface PolicyProgress {
  /** The data of its newest restorable point that is not refuted. */
  readonly dataAsOf?: Date | undefined;
  /** The newest due instant it has asked for, and what became of it. */
  readonly asked?: AskedBackup;
  /** Its restore points since its newest full one; undefined: it has no full one. */
  readonly sinceFull?: number;
}

export interface AskedBackup {
  readonly dueAt: Date;
  readonly state: 'open' | 'succeeded' | 'unchanged' | 'skipped' | 'failed';
  /** In the words of what refused. */
  readonly why?: string;
  readonly errorCode?: string;
}

export interface Obstacle {
  readonly code: 'claim_not_bound' | 'volume_faulted' | 'volume_unusable' | 'no_driver';
  readonly detail: string;
}

export interface NamespaceFacts {
  readonly namespace: Marked;
  readonly claims: readonly ClaimFacts[];
}

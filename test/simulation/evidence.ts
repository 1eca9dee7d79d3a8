/** What happened in one simulated history, as an impartial witness saw it: the invariants judge this and nothing else. */
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { BackupResource, SnapshotResource } from '@soteria/shared/longhorn/wire.ts';
import type { TargetRecord } from './longhorn/target.ts';

export interface OperationChange {
  /** The cluster's revision: an order of everything that was stored. */
  readonly at: number;
  readonly before: Operation | undefined;
  /** Undefined: it was deleted. */
  readonly after: Operation | undefined;
  /** Set when the change made it Succeeded: whether its backup could be restored at that instant. */
  readonly isRestorable: boolean | undefined;
}

export interface LonghornWrite {
  readonly at: number;
  readonly verb: 'create' | 'patch' | 'replace' | 'delete';
  readonly plural: string;
  readonly name: string;
  /** Of the object that was there; of a new one, its own. */
  readonly uid: string;
  /** A create by a process that had read in the Operation's record that this name was made. */
  readonly isKnownMade: boolean;
  /** How long Soteria had been paused by then; 0: it was not. */
  readonly pausedForMs: number;
  /** Of a deleted Snapshot that Longhorn had not taken yet, while an open Operation wanted it: how old it was. */
  readonly waitedMs: number | undefined;
}

export interface Verdict {
  readonly claim: string;
  /** Of the backup. */
  readonly name: string;
  readonly outcome: 'verified' | 'refuted';
  readonly at: number;
}

export interface Evidence {
  readonly changes: OperationChange[];
  /** What Soteria wrote of Longhorn's objects, and was not refused. */
  readonly writes: LonghornWrite[];
  /** Names of Snapshots that Longhorn refused to delete: linked clones stand on them. */
  readonly kept: Set<string>;
  /** Names of backups that Longhorn was asked for and did not refuse, in order; also when nothing came of it. */
  readonly asked: string[];
  /** Identities of requests that were answered with success. */
  readonly answered: { readonly identity: string; readonly door: string }[];
  /** `<uid> <fact>`, as they reached the broker. */
  readonly facts: Set<string>;
  /** Uids of Longhorn objects that others made. */
  readonly foreign: Set<string>;
  /** Names of Longhorn objects, and uids of Operations, that others deleted. */
  readonly removedByOthers: Set<string>;
  /** Names of backups that a prune has deleted. */
  readonly pruned: Set<string>;
  /** Backups that a prune has deleted and must not, with the reason. */
  readonly prunedWrongly: string[];
  /** What restore tests have said of points on the target, in order. */
  readonly verdicts: Verdict[];
  /** Backups that a prune has deleted without the yes that it needed, or with a yes to another plan. */
  readonly prunedWithoutYes: string[];
  /** Claims that no restore test was made of in a round, although policies were looked at since. */
  readonly letUntested: string[];
  /** Due instants that nothing was made for, although policies were looked at since. */
  readonly letPass: string[];
  /** Since when the switch is thrown; undefined: it is not. */
  pausedAt: Date | undefined;
  /** Anything a handler threw that no part of the design foresees. */
  readonly surprises: string[];
  /** The most entries the slots held at once, and the most on one claim. */
  readonly most: { running: number; runningOfClaim: number; slots: number };
}

export interface Ending {
  readonly operations: readonly Operation[];
  readonly snapshots: readonly SnapshotResource[];
  readonly backups: readonly BackupResource[];
  /** What the target holds, whatever objects there are. */
  readonly onTarget: readonly TargetRecord[];
  /** Names of backups that were recorded on the target while it held one of that name. */
  readonly overwritten: readonly string[];
  readonly slotsInUse: number;
  readonly endedAt: Date;
  readonly limits: { readonly cluster: number };
}

export function newEvidence(): Evidence {
  return {
    changes: [],
    writes: [],
    kept: new Set(),
    asked: [],
    answered: [],
    facts: new Set(),
    foreign: new Set(),
    removedByOthers: new Set(),
    pruned: new Set(),
    prunedWrongly: [],
    verdicts: [],
    prunedWithoutYes: [],
    letUntested: [],
    letPass: [],
    pausedAt: undefined,
    surprises: [],
    most: { running: 0, runningOfClaim: 0, slots: 0 },
  };
}

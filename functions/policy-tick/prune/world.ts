/** What a decision about one Prune may know of the cluster, and what it may ask for. A member that was not looked at yet is left out. */
import type { SoteriaError } from '@soteria/shared/errors.ts';
import type { SlotNeed } from '@soteria/shared/operation/queue/decide-slots.ts';
import type { Entered } from '@soteria/shared/operation/queue/slots.ts';
import type { Operation, OperationStatus } from '@soteria/shared/operation/record/schema.ts';
import type { ClaimProof } from '@soteria/shared/restore-points/claim-proof.ts';
import type { OwnClusters } from '@soteria/shared/settings/own-clusters.ts';
import type { ResolvedPolicy } from '../policy/resolve-policy.ts';
import type { StoredPoint } from './prunable-points.ts';

/** Looked at; `seen` is undefined when it is not there. */
export interface Look<T> {
  readonly seen: T | undefined;
}

export interface KnownPolicy {
  readonly policy: ResolvedPolicy;
  /** A Prune of it has deleted points before. */
  readonly hasPruned: boolean;
}

/** What says which points may go, read together. */
export interface PruneFacts {
  /** Of the volume, those of others too. */
  readonly points: readonly StoredPoint[];
  readonly proof: ClaimProof | undefined;
  readonly own: OwnClusters;
  /** Operations of kind Backup of the claim. */
  readonly backups: readonly Operation[];
  /** Ids of the points that a person holds, or that a restore or a restore test which has not ended names. */
  readonly held: ReadonlySet<string>;
  /** Another living cluster writes under the id of this one. */
  readonly sharedId: SoteriaError | undefined;
  /** Why the targets of the volume's points cannot be reached, by name; those that can be are left out. */
  readonly away: ReadonlyMap<string, string>;
}

export interface PruneWorld {
  readonly policy?: Look<KnownPolicy>;
  /** The volume that the claim has now. */
  readonly liveVolume?: Look<string>;
  readonly facts?: Look<PruneFacts>;
  /** Why nothing of the volume may be deleted at this moment. */
  readonly busy?: Look<string>;
  /** When Longhorn last read the points of the volume from the target. */
  readonly readAt?: Look<string>;
  readonly slot?: Entered;
  readonly isKeptAwake?: true;
  readonly hasLeftSlot?: true;
  /** Longhorn was asked in this wake-up to read the target. */
  readonly hasRequested?: true;
  /** A deletion was begun in this wake-up. */
  readonly hasDeleted?: true;
  /** That this policy has pruned is remembered. */
  readonly isNoted?: true;
}

export type PrunePlace = 'policy' | 'liveVolume' | 'facts' | 'busy' | 'readAt';
export type PruneFact = 'completed' | 'failed' | 'skipped';

export type PruneAction =
  | { readonly do: 'look'; readonly at: PrunePlace }
  | { readonly do: 'label' }
  | { readonly do: 'record'; readonly status: OperationStatus }
  | { readonly do: 'enter-slot'; readonly need: SlotNeed }
  | { readonly do: 'leave-slot' }
  | { readonly do: 'keep-awake' }
  | { readonly do: 'watch-point'; readonly point: StoredPoint }
  | { readonly do: 'unwatch-point'; readonly point: StoredPoint }
  /** As it was seen when this was decided. */
  | { readonly do: 'delete-point'; readonly point: StoredPoint }
  | { readonly do: 'request-reading'; readonly target: string }
  | { readonly do: 'note-pruned'; readonly policy: string }
  | { readonly do: 'announce'; readonly fact: PruneFact }
  /** Nothing until something changes; the record says what is waited for. */
  | { readonly do: 'wait' }
  /** Nothing ever again. */
  | { readonly do: 'rest' };

export interface PruneSituation {
  readonly operation: Operation;
  readonly world: PruneWorld;
  readonly now: Date;
}

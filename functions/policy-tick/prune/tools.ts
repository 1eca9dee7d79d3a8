/** What moving a Prune works with; `create-prune.ts` puts it together. */
import type { KeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import type { OneAtATime } from '@soteria/shared/operation/engine/one-at-a-time.ts';
import type { WakeOther } from '@soteria/shared/operation/queue/follow-end.ts';
import type { Slots } from '@soteria/shared/operation/queue/slots.ts';
import type { WaitingLine } from '@soteria/shared/operation/queue/waiting-line.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { VerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { Holds } from './holds.ts';
import type { PrunablePoints } from './prunable-points.ts';
import type { KnownPolicy, PruneFact } from './world.ts';

/** What is remembered of policies. */
export interface PruneMemory {
  /** Undefined: there is no such policy, or a mistake disables it. */
  policyOf(id: string, signal?: AbortSignal): Promise<KnownPolicy | undefined>;
  /** From now on the prunes of this policy wait for no first yes. */
  notePruned(id: string, signal?: AbortSignal): Promise<void>;
}

export interface PruneTools {
  readonly store: OperationStore;
  readonly points: PrunablePoints;
  readonly cluster: Pick<ClusterReader, 'getClaim' | 'getPersistentVolume' | 'ownClusters' | 'identity' | 'isPaused'>;
  readonly verified: Pick<VerifiedPoints, 'proofOf'>;
  readonly holds: Pick<Holds, 'list'>;
  readonly memory: PruneMemory;
  readonly slots: Slots;
  readonly keepAwake: KeepAwake;
  readonly line: WaitingLine;
  readonly wakeOther: WakeOther;
  readonly inTurn: OneAtATime;
  readonly announce: (operation: Operation, fact: PruneFact, signal: AbortSignal | undefined) => Promise<void>;
  readonly now: () => Date;
}

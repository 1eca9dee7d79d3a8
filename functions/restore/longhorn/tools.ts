/** What looking and performing work with; `main.ts` puts it together. */
import type { Claims } from '../claims.ts';
import type { ProofJobs } from '../proof/proof-jobs.ts';
import type { TestBudget } from '../proof/test-budget.ts';
import type { RestoreFactName } from './action.ts';
import type { Rules } from './world.ts';
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { BackingImages } from '@soteria/shared/longhorn/backing-images.ts';
import type { NodeRooms } from '@soteria/shared/longhorn/node-room.ts';
import type { LonghornRestores } from '@soteria/shared/longhorn/port-restore.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import type { KeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import type { WakeOther } from '@soteria/shared/operation/queue/follow-end.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { Slots } from '@soteria/shared/operation/queue/slots.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { VerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';

export interface Lookers {
  readonly store: OperationStore;
  readonly longhorn: Longhorn;
  readonly restores: LonghornRestores;
  readonly images: BackingImages;
  readonly rooms: NodeRooms;
  readonly cluster: ClusterReader;
  readonly claims: Pick<Claims, 'mayGrow'>;
  readonly proofs: Pick<ProofJobs, 'get' | 'whyNot'>;
  readonly rules: Pick<Rules, 'runnerImage' | 'maxTestBytesPerDay'>;
  readonly verified: Pick<VerifiedPoints, 'proofOf'>;
}

export interface Tools extends Lookers {
  readonly claims: Claims;
  readonly proofs: ProofJobs;
  readonly verified: Pick<VerifiedPoints, 'keep' | 'proofOf'>;
  readonly slots: Slots;
  readonly budget: TestBudget;
  readonly now: () => Date;
  /** The sweep comes more often while something runs. */
  readonly keepAwake: KeepAwake;
  readonly wakeOther: WakeOther;
  readonly announce: (operation: Operation, fact: RestoreFactName, signal: AbortSignal | undefined) => Promise<void>;
}

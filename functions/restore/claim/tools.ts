/** What looking and performing work with; `main.ts` puts it together. */
import type { ProofJobs } from '@soteria/shared/verification/proof-jobs.ts';
import type { RestoreFactName } from '../../../drivers/restore/action.ts';
import type { Claims } from '../../../drivers/restore/claims.ts';
import type { RestoreDrivers } from '../../../drivers/restore/driver.ts';
import type { Rules } from '../../../drivers/restore/world.ts';
import type { TestBudget } from '../proof/test-budget.ts';
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { KeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import type { WakeOther } from '@soteria/shared/operation/queue/follow-end.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { Slots } from '@soteria/shared/operation/queue/slots.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { VerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';

export interface Lookers {
  readonly store: OperationStore;
  readonly cluster: ClusterReader;
  readonly claims: Pick<Claims, 'mayGrow'>;
  readonly proofs: Pick<ProofJobs, 'get' | 'whyNot'>;
  readonly rules: Pick<Rules, 'runnerImage' | 'maxTestBytesPerDay'>;
  readonly verified: Pick<VerifiedPoints, 'proofOf'>;
}

export interface Tools extends Lookers {
  readonly drivers: RestoreDrivers;
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

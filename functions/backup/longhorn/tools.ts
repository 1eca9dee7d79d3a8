/** What looking and performing work with; `main.ts` puts it together. */
import type { BackupFact } from './action.ts';
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import type { KeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { Slots } from '@soteria/shared/operation/queue/slots.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { VerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';

export interface Lookers {
  readonly store: OperationStore;
  readonly longhorn: Longhorn;
  readonly cluster: ClusterReader;
  readonly slots: Pick<Slots, 'entries'>;
  readonly verified: Pick<VerifiedPoints, 'proofOf'>;
}

export interface Tools extends Lookers {
  readonly slots: Slots;
  /** Has the sweep come every two minutes from now on. */
  readonly keepAwake: KeepAwake;
  readonly announce: (operation: Operation, fact: BackupFact, signal: AbortSignal | undefined) => Promise<void>;
}

/** What looking and performing work with; `main.ts` puts it together. */
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { KeepAwake } from '@soteria/shared/operation/engine/busy-sweep.ts';
import type { DriverName } from '@soteria/shared/operation/kinds/drivers.ts';
import type { Operation } from '@soteria/shared/operation/record/schema.ts';
import type { Slots } from '@soteria/shared/operation/queue/slots.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { VerifiedPoints } from '@soteria/shared/restore-points/verified-points.ts';
import type { BackupFact } from '../../../drivers/backup/action.ts';
import type { BackupDrivers } from '../../../drivers/backup/driver.ts';

export interface Lookers {
  readonly store: OperationStore;
  readonly cluster: ClusterReader;
  readonly slots: Pick<Slots, 'entries'>;
  readonly verified: Pick<VerifiedPoints, 'proofOf'>;
}

export interface Tools extends Lookers {
  readonly drivers: BackupDrivers;
  readonly slots: Slots;
  /** Has the sweep come every two minutes from now on. */
  readonly keepAwake: KeepAwake;
  readonly announce: (
    operation: Operation,
    fact: BackupFact,
    driver: DriverName,
    signal: AbortSignal | undefined,
  ) => Promise<void>;
}

/** What the driver works with. */
import type { Longhorn } from '@soteria/shared/longhorn/port.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { ClusterReader } from '@soteria/shared/settings/cluster-reader.ts';
import type { Reachability } from '../../backup/driver.ts';

export interface Tools {
  readonly longhorn: Longhorn;
  readonly cluster: Pick<ClusterReader, 'getClaim' | 'getPersistentVolume' | 'isPaused'>;
  readonly store: Pick<OperationStore, 'get' | 'list'>;
  readonly now: () => Date;
  /** Whether Longhorn's own address answers. */
  readonly checkReachability: () => Promise<Reachability>;
}

/** What every door of this function works with; `main.ts` puts it together. */
import type { Resend } from '@soteria/shared/events/resend.ts';
import type { Publisher } from '@soteria/shared/events/publish.ts';
import type { Authorize } from '@soteria/shared/identity/authorize.ts';
import type { IsPaused } from '@soteria/shared/function/report-paused.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import type { BusySweep } from '@soteria/shared/operation/engine/busy-sweep.ts';
import type { ClusterSources } from './evaluate/look-at-cluster.ts';
import type { SendHeartbeat } from './heartbeat/send-heartbeat.ts';
import type { PruneTools } from './prune/tools.ts';
import type { PolicyStore } from './store/policy-store.ts';
import type { LetterBox } from './dead-letters/letter-box.ts';
import type { Slots } from '@soteria/shared/operation/queue/slots.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';

export interface PolicyTickTools {
  readonly client: KubernetesClient;
  readonly store: OperationStore;
  readonly slots: Slots;
  readonly busySweep: BusySweep;
  readonly letters: LetterBox;
  /** What the evaluation of policies reads. */
  readonly loadCluster: () => Promise<ClusterSources>;
  /** What moving a Prune works with. */
  readonly loadPrune: () => Promise<PruneTools>;
  readonly policies: PolicyStore;
  /** After each complete evaluation; left out: nobody is told. */
  readonly sendHeartbeat?: SendHeartbeat | undefined;
  readonly publisher: Publisher;
  readonly resend: Resend;
  readonly authorize: Authorize;
  readonly isPaused: IsPaused;
  /** `SOTERIA_MAX_PARALLEL`. */
  readonly maxParallel: number;
  /** Soteria's own. */
  readonly namespace: string;
  readonly now: () => Date;
}

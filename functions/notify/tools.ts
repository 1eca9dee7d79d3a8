/** What every door of this function works with; `main.ts` puts it together. */
import type { CoverageStore } from '@soteria/shared/coverage/coverage-store.ts';
import type { Authorize } from '@soteria/shared/identity/authorize.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import type { OwnPing } from '@soteria/shared/operation/engine/own-ping.ts';
import type { OperationStore } from '@soteria/shared/operation/record/store.ts';
import type { NoticeRecords } from './record/notice-record.ts';

export interface NotifyTools {
  readonly client: KubernetesClient;
  readonly store: Pick<OperationStore, 'each'>;
  readonly coverage: Pick<CoverageStore, 'read'>;
  readonly records: NoticeRecords;
  /** Every few minutes, while a problem is open or a notice is not sent. */
  readonly openSource: OwnPing;
  readonly authorize: Authorize;
  /** Soteria's own. */
  readonly namespace: string;
  readonly now: () => Date;
}

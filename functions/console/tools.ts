/** What every door of this function works with; `main.ts` puts it together. */
import type { IsPaused } from '@soteria/shared/function/report-paused.ts';
import type { Authorize } from '@soteria/shared/identity/authorize.ts';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import type { ConsoleSettings } from './config.ts';
import type { PassOn } from './front-door/pass-on.ts';
import type { ClusterView } from './inventory/cluster-view.ts';
import type { OperationTools } from './operations/operation-doors.ts';
import type { PageFiles } from './page-files/read-page-files.ts';
import type { StreamTools } from './stream/open-stream.ts';
import type { SeenBy } from './who/visible-namespaces.ts';

export interface ConsoleTools extends OperationTools {
  readonly client: KubernetesClient;
  readonly settings: ConsoleSettings;
  readonly authorize: Authorize;
  readonly seenBy: SeenBy;
  readonly isPaused: IsPaused;
  /** A few seconds old at most: many viewers cost one look. */
  readonly readView: () => Promise<ClusterView>;
  readonly passOn: PassOn;
  readonly streams: StreamTools;
  readonly pageFiles: PageFiles;
  readonly documents: PageFiles;
  readonly now: () => Date;
}

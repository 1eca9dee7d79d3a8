/** Knative's controller, as far as it holds things up: each PingSource has its finalizer, and a deleted one goes some calls later. */
import type { Commit } from '@soteria/shared/fakes/kubernetes/cluster-state.ts';
import type { MemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { pingSources } from '@soteria/shared/operation/engine/own-ping.ts';
import type { Scheduler } from './scheduler.ts';

/** Of the controller: no history kills it. */
const controller = 0;

export function holdPingSources(cluster: MemoryCluster, scheduler: Scheduler): void {
  const { api } = cluster;

  async function setFinalizers(key: string, finalizers: readonly string[]): Promise<void> {
    await scheduler.pass(controller);
    const [namespace = '', name = ''] = key.split('/');
    const isThere = api.list(pingSources, { fieldSelector: `metadata.name=${name}` }).items.length > 0;
    if (!isThere) return;
    api.patch({ ...pingSources, namespace, name }, (there) => ({
      ...there,
      metadata: { ...there.metadata, finalizers: [...finalizers] },
    }));
  }

  cluster.onCommit(({ plural, key, object }: Commit) => {
    if (plural !== pingSources.plural || object === null) return;
    const { finalizers = [], deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined) void setFinalizers(key, []);
    else if (finalizers.length === 0) void setFinalizers(key, ['pingsources.sources.knative.dev']);
  });
}

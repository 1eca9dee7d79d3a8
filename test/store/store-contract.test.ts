/** The Kubernetes contract through HTTP: our client on the local store. */
import { startStore } from '@soteria/local/store/start-store.ts';
import { describeKubernetesContract } from '@soteria/shared/fakes/kubernetes/contract.ts';
import { createWatchingClient } from '@soteria/shared/kubernetes/watching-client.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { installOperations } from './operation-definition.ts';

describeKubernetesContract('the local store', async () => {
  const cluster = createMemoryCluster({ namespaces: ['contract'] });
  installOperations(cluster);
  const store = await startStore({ cluster });
  const client = createWatchingClient({ server: new URL(store.url) });
  return { client, namespace: 'contract', hasOperations: true, stop: () => store.stop() };
});

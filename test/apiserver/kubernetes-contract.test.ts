/** The Kubernetes contract at its origin: our HTTP client on a real API server. */
import { createWatchingClient } from '@soteria/shared/kubernetes/watching-client.ts';
import { describeKubernetesContract } from '@soteria/shared/fakes/kubernetes/contract.ts';
import { describeOnApiServer, useApiServer } from '../servers/require-api-server.ts';

describeOnApiServer('the HTTP client', () => {
  const server = useApiServer();
  describeKubernetesContract('a real API server', async () => {
    const { url, caPem, adminToken } = server.access;
    const client = createWatchingClient({ server: new URL(url), ca: caPem, token: () => Promise.resolve(adminToken) });
    const namespace = await server.createNamespace('contract');
    const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/operations.soteria.dev';
    const hasOperations = (await server.admin.call('GET', crd)).status === 200;
    return { client, namespace, hasOperations };
  });
});

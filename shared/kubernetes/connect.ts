/** The one way to a cluster: a kubeconfig where one is given, else the pod's own account. */
import { SoteriaError } from '../errors.ts';
import type { KubernetesClient } from './client.ts';
import type { Connection } from './connection.ts';
import type { HttpClientOptions } from './exchange.ts';
import { createHttpClient } from './http-client.ts';
import { loadInClusterConnection } from './in-cluster.ts';

export interface ClusterSettings {
  /** `KUBECONFIG`: one path, or several as kubectl takes them; wins over the variables of a pod. */
  readonly kubeconfig?: string | undefined;
  /** `KUBERNETES_SERVICE_HOST` */
  readonly kubernetesServiceHost?: string | undefined;
  /** `KUBERNETES_SERVICE_PORT_HTTPS` or `KUBERNETES_SERVICE_PORT` */
  readonly kubernetesServicePort?: string | undefined;
  readonly serviceAccountDir?: string | undefined;
}

export async function connectToCluster(
  settings: ClusterSettings,
  options: HttpClientOptions = {},
): Promise<KubernetesClient> {
  return createHttpClient(await loadConnection(settings), options);
}

/** Throws `cluster_unavailable` when the settings lead nowhere. */
export async function loadConnection(settings: ClusterSettings): Promise<Connection> {
  const { kubeconfig, kubernetesServiceHost, kubernetesServicePort, serviceAccountDir } = settings;
  if (kubeconfig !== undefined && kubeconfig !== '') {
    const { loadKubeconfigConnection } = await import('./kubeconfig.ts');
    return await loadKubeconfigConnection({ path: kubeconfig });
  }
  if (kubernetesServiceHost !== undefined && kubernetesServiceHost !== '') {
    const port = kubernetesServicePort === '' ? undefined : kubernetesServicePort;
    return await loadInClusterConnection({ host: kubernetesServiceHost, port, serviceAccountDir });
  }
  throw new SoteriaError('cluster_unavailable', {
    what: 'could not find a Kubernetes cluster to work with',
    why: 'neither KUBECONFIG nor KUBERNETES_SERVICE_HOST is set',
    fix: 'set KUBECONFIG to the path of a kubeconfig file; inside a cluster Kubernetes sets KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT by itself',
  });
}

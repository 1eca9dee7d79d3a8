/** Replaces addresses that only a cluster's DNS knows by the addresses where the mesh listens. */

export interface ClusterAddresses {
  /** Without a trailing slash. */
  readonly brokerIngressUrl: string;
  readonly serviceUrl: (namespace: string, name: string) => string | undefined;
}

const brokerIngress = /http:\/\/broker-ingress\.knative-eventing\.svc(?:\.cluster\.local)?(?::80)?(?=[/?#\s"',;]|$)/g;
const clusterService = /http:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?(?::80)?(?=[/?#\s"',;]|$)/g;

/** A Service that the mesh does not run keeps its address: the user may have made it reachable. */
export function rewriteClusterUrls(text: string, addresses: ClusterAddresses): string {
  return text
    .replaceAll(brokerIngress, addresses.brokerIngressUrl)
    .replaceAll(
      clusterService,
      (whole, name: string, namespace: string) => addresses.serviceUrl(namespace, name) ?? whole,
    );
}

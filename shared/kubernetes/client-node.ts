/** What is used of `@kubernetes/client-node`; the bundle keeps it in a file of its own, which no pod inside a cluster ever reads. */
export { type Cluster, KubeConfig } from '@kubernetes/client-node';

/** The contract of a mesh, on Knative's own data plane: no part of the product runs here but the probe function behind queue-proxies. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeshActivity } from '@soteria/local/mesh/activity.ts';
import { namespace, readProbeRequests } from '@soteria/local/mesh/testing/mesh-fixture.ts';
import { probeFunction } from '@soteria/local/mesh/testing/probe-function.ts';
import { loadConnection } from '@soteria/shared/kubernetes/connect.ts';
import { createWatchingClient } from '@soteria/shared/kubernetes/watching-client.ts';
import { contractObjects, meshContract } from '../mesh/contract.ts';
import type { AnyObject } from '../servers/admin-client.ts';
import { describeOnKnative } from './describe-on-knative.ts';
import { startCluster } from './mesh-bed.ts';

const account = { name: 'soteria-watch', namespace };
const setUp: readonly AnyObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'longhorn-system' } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'soteria-watch' },
    rules: [{ apiGroups: ['longhorn.io'], resources: ['backups'], verbs: ['get', 'list', 'watch'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'soteria-watch' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'soteria-watch' },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  },
];

describeOnKnative('Knative’s own data plane', () => {
  meshContract(async () => {
    const cluster = await startCluster();
    const { server } = cluster;
    const probe = join(server.dir, 'probe.mjs');
    writeFileSync(probe, probeFunction);
    for (const object of [...setUp, ...contractObjects]) await server.adminClient.apply(object as AnyObject);
    const client = createWatchingClient(await loadConnection({ kubeconfig: server.kubeconfigPath }));
    const activities: MeshActivity[] = [];
    const mesh = await cluster.startMesh({
      client,
      namespace,
      functionCommand: (_service, args) => ({ command: process.execPath, args: [probe, ...args] }),
      functionEnv: () => Promise.resolve({}),
      onActivity: (activity) => void activities.push(activity),
    });
    return {
      client,
      brokerUrl: mesh.brokerUrl(namespace, 'default') ?? '',
      serviceUrl: (name) => mesh.serviceUrl(namespace, name) ?? '',
      requests: (service) => readProbeRequests(activities, service),
      countStarts: (service) => activities.filter((one) => one.kind === 'woke' && one.service === service).length,
      sleep: async (service) => mesh.pods.get(service)?.sleep(),
      async stop() {
        await mesh.stop();
        await cluster.stop();
      },
    };
  });
});

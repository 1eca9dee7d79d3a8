/** A real API server with the shipped rights and definitions, and the identity of each function. */
import { fileURLToPath } from 'node:url';
import { longhornCrds } from '../local/longhorn/crds.ts';
import { readKustomization } from '../local/manifests/read-kustomization.ts';
import { type ApiServer, startApiServer } from '../test/servers/api-server.ts';
import { type Crd, installCrds, readOwnCrds, readReferenceCrds } from '../test/servers/install-crds.ts';
import { mountServiceAccount } from '../test/servers/service-account.ts';
import type { AdminClient, AnyObject } from '../test/servers/admin-client.ts';

export interface BenchCluster {
  readonly server: ApiServer;
  /** The variables with which a function's process finds the API server and authenticates. */
  functionEnv(name: string): Promise<Record<string, string>>;
  stop(this: void): Promise<void>;
}

/** The roles and bindings; Knative's and Longhorn's own kinds are not needed here. */
const neededKinds = new Set([
  'Namespace',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
]);

/** The only kind of Knative that functions write, without its schema. */
const pingSources: Crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'pingsources.sources.knative.dev' },
  spec: {
    group: 'sources.knative.dev',
    scope: 'Namespaced',
    names: { kind: 'PingSource', plural: 'pingsources', singular: 'pingsource' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** Throws when the binaries are missing; the error says how to get them. */
export async function startBenchCluster(): Promise<BenchCluster> {
  const server = await startApiServer();
  try {
    const admin = server.adminClient;
    const needed = readKustomization(fileURLToPath(new URL('../deploy', import.meta.url)))
      .filter(({ kind }) => neededKinds.has(kind))
      .map((object) => object as AnyObject);
    await admin.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'longhorn-system' } });
    for (const object of needed.filter(({ kind }) => kind === 'Namespace')) await admin.apply(object);
    await installCrds(admin, [...readOwnCrds(), pingSources]);
    for (const object of needed.filter(({ kind }) => kind !== 'Namespace')) await admin.apply(object);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    server,
    async functionEnv(name) {
      const { dir, env } = await mountServiceAccount(server, { namespace: 'soteria', name });
      return { ...env, SOTERIA_SERVICE_ACCOUNT_DIR: dir, NODE_ENV: 'production' };
    },
    stop: server.stop,
  };
}

/** Longhorn's kinds: Longhorn's own definitions, or the local Longhorn's when these are missing. */
export async function installLonghornCrds(admin: AdminClient): Promise<void> {
  const reference = readReferenceCrds();
  for (const crd of reference.length === 0 ? longhornCrds() : []) {
    await admin.apply({ ...crd, metadata: { name: crd.metadata.name ?? '' } });
  }
  await installCrds(
    admin,
    reference.filter(({ metadata }) => metadata.name.endsWith('.longhorn.io')),
  );
}

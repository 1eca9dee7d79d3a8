/** The API server under everything: the embedded store, or a real one reached by a kubeconfig. */
import { randomInt, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Draft, WatchingClient } from '@soteria/shared/kubernetes/client.ts';
import { loadConnection } from '@soteria/shared/kubernetes/connect.ts';
import { untyped } from '@soteria/shared/kubernetes/core-types.ts';
import { createWatchingClient } from '@soteria/shared/kubernetes/watching-client.ts';
import { createMemoryCluster } from '@soteria/shared/fakes/kubernetes/memory-cluster.ts';
import { customKind } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import type { KubernetesObject, ResourceType } from '@soteria/shared/kubernetes/resource-type.ts';
import { applyManifests } from './apply-manifests.ts';
import type { LonghornAdmission } from './longhorn/admission.ts';
import { longhornCrds } from './longhorn/crds.ts';
import { apiServerSources, brokers, knativeServices, pingSources, triggers } from './mesh/manifest/knative-types.ts';
import { writeKubeconfig } from './store/kubeconfig.ts';
import { limits } from './store/limits.ts';
import { startStore } from './store/start-store.ts';

export interface Cluster {
  readonly client: WatchingClient;
  readonly url: string;
  readonly kubeconfigPath: string;
  readonly limits: readonly string[];
  /** How the process of a function reaches this API server, and as whom. */
  functionEnv(service: string): Promise<Record<string, string>>;
  /** The embedded store calls Longhorn's webhook; a real API server has none here. */
  useLonghornAdmission(admission: LonghornAdmission): void;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  readonly dataDir: string;
  readonly kubeconfig: string | undefined;
  /** Port of the embedded store. */
  readonly port: number;
  /** The clock of the embedded store. */
  readonly now?: () => Date;
}

export function startCluster(options: ClusterOptions): Promise<Cluster> {
  return options.kubeconfig === undefined ? startEmbedded(options) : useReal(options.kubeconfig, options.dataDir);
}

const eventTypes = untyped({
  group: 'eventing.knative.dev',
  version: 'v1beta3',
  kind: 'EventType',
  plural: 'eventtypes',
  isNamespaced: true,
});

/** Kinds whose definitions Knative installs in a real cluster. */
const knativeKinds = [knativeServices, brokers, triggers, pingSources, apiServerSources, eventTypes].map((type) =>
  customKind(type),
);

/** The letters that Kubernetes uses for `generateName`: no vowels, so that no words arise. */
function makeSuffix(): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  return Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
}

async function startEmbedded({ dataDir, port, now = () => new Date() }: ClusterOptions): Promise<Cluster> {
  const cluster = createMemoryCluster({ kinds: knativeKinds, makeUid: randomUUID, makeSuffix, now });
  const store = await startStore({ cluster, port, dataFile: join(dataDir, 'store.json'), now });
  const kubeconfigPath = join(dataDir, 'kubeconfig');
  writeKubeconfig({ file: kubeconfigPath, server: store.url });
  await applyManifests(cluster.client, longhornCrds());
  return {
    client: cluster.client,
    url: store.url,
    kubeconfigPath,
    limits,
    // The store has no accounts, so no caller can be authenticated.
    functionEnv: () => Promise.resolve({ KUBECONFIG: kubeconfigPath, SOTERIA_AUTH_REQUIRED: 'false' }),
    useLonghornAdmission: (admission) => void admission.plugInto(cluster),
    stop: () => store.stop(),
  };
}

type TokenRequest = KubernetesObject & { spec: { expirationSeconds: number }; status?: { token?: string } };

/** `…/serviceaccounts/<name>/token`: the answer of a create holds the token. */
function tokenRequests(serviceAccount: string): ResourceType<TokenRequest> {
  const path = {
    group: '',
    version: 'v1',
    kind: 'TokenRequest',
    plural: `serviceaccounts/${serviceAccount}/token`,
    isNamespaced: true,
  };
  return { ...path, parse: (wire) => wire as TokenRequest };
}

async function requestToken(client: WatchingClient, namespace: string, serviceAccount: string): Promise<string> {
  const draft: Draft<TokenRequest> = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { namespace },
    spec: { expirationSeconds: 86_400 },
  };
  const { status } = await client.create(tokenRequests(serviceAccount), draft);
  if (status?.token !== undefined) return status.token;
  throw new SoteriaError('cluster_refused', {
    what: `function ${serviceAccount} could not be started`,
    why: `the API server gave no token for ServiceAccount ${namespace}/${serviceAccount}`,
    fix: 'the user of the kubeconfig must be allowed to create serviceaccounts/token',
  });
}

async function useReal(kubeconfig: string, dataDir: string): Promise<Cluster> {
  const connection = await loadConnection({ kubeconfig });
  const client = createWatchingClient(connection);
  const { server, ca } = connection;
  return {
    client,
    url: server.origin,
    kubeconfigPath: kubeconfig,
    limits: [
      'Longhorn’s admission webhook is not there: what it would refuse is noticed a moment later',
      'functions run with the tokens of their own ServiceAccounts, so the roles of the manifests are in force',
    ],
    functionEnv: async (service) => {
      const dir = join(dataDir, 'service-accounts', service);
      await mkdir(dir, { recursive: true });
      const token = await requestToken(client, 'soteria', service);
      await writeFile(join(dir, 'token'), token, { mode: 0o600 });
      await writeFile(join(dir, 'ca.crt'), ca ?? '');
      await writeFile(join(dir, 'namespace'), 'soteria');
      return {
        KUBERNETES_SERVICE_HOST: server.hostname,
        KUBERNETES_SERVICE_PORT: server.port === '' ? '443' : server.port,
        SOTERIA_SERVICE_ACCOUNT_DIR: dir,
      };
    },
    useLonghornAdmission: () => undefined,
    stop: () => Promise.resolve(),
  };
}

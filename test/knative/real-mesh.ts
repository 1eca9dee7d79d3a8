/**
 * Knative's own data plane in place of `local/mesh`: Broker ingress and filter, the in-memory channel's dispatcher, the ApiServerSource adapter, the
 * PingSource adapter, and a queue-proxy before each function. The autoscaler is missing: a function sleeps when a test requests it, and a replacement of
 * the activator wakes it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { realClock } from '@soteria/local/mesh/clock.ts';
import { readPrefixes, routesAnnotation } from '@soteria/local/mesh/find-route.ts';
import { apiServerSources, knativeServices, type UntypedObject } from '@soteria/local/mesh/manifest/knative-types.ts';
import { readManifest, type Manifest } from '@soteria/local/mesh/manifest/refuse-field.ts';
import { type ServiceSpec, serviceSpec } from '@soteria/local/mesh/manifest/service-schema.ts';
import { apiServerSourceSpec } from '@soteria/local/mesh/manifest/source-schemas.ts';
import { defaultPace } from '@soteria/local/mesh/pace.ts';
import { resolveEnv } from '@soteria/local/mesh/serving/resolve-env.ts';
import { rewriteClusterUrls } from '@soteria/local/mesh/serving/rewrite-cluster-urls.ts';
import { findWatchedType } from '@soteria/local/mesh/sources/watched-kinds.ts';
import { writeSelector } from '@soteria/local/mesh/sources/write-selector.ts';
import type { Mesh, MeshOptions } from '@soteria/local/mesh/start-mesh.ts';
import { writeReady } from '@soteria/local/mesh/write-status.ts';
import { configMaps, namespaces } from '@soteria/shared/kubernetes/core-types.ts';
import type { ApiServer } from '../servers/api-server.ts';
import { writeKubeconfig } from '../servers/credentials.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { mintToken } from '../servers/service-account.ts';
import { waitUntil } from '../servers/wait-until.ts';
import { controlEventing } from './control-eventing.ts';
import { type FunctionPod, startFunctionPod } from './function-pod.ts';
import type { Network } from './network.ts';
import { type Program, startProgram } from './programs.ts';

const systemNamespace = 'knative-eventing';

const filterName = `broker-filter.${systemNamespace}.svc.cluster.local`;

/** Empty, as Knative ships it: every setting has its default. */
const systemConfigMaps = ['config-logging', 'config-observability', 'config-features', 'config-leader-election'];

export interface RealMesh extends Mesh {
  readonly pods: ReadonlyMap<string, FunctionPod>;
  /** The names of Knative's own programs, without the queue-proxies. */
  pids(): readonly (readonly [name: string, pid: number])[];
  /** SIGKILL, and a new start as its Deployment would. */
  restart(program: Exclude<Program, 'queue'>): Promise<void>;
}

export interface RealMeshParts {
  readonly network: Network;
  readonly server: ApiServer;
}

export async function startRealMesh({ network, server }: RealMeshParts, options: MeshOptions): Promise<RealMesh> {
  const { client, namespace } = options;
  const onActivity = options.onActivity ?? (() => undefined);
  const stopping = new AbortController();
  const watching = { client, namespace, clock: realClock, onActivity, signal: stopping.signal };
  const logDir = join(server.dir, 'knative');
  mkdirSync(logDir, { recursive: true });
  const port = new URL(server.url).port;
  await network.forward(Number(port));
  const apiServerUrl = `https://${network.gateway}:${port}`;
  const kubeconfigFor = (name: string, token: string): string =>
    writeKubeconfig(join(logDir, `${name}.kubeconfig`), { url: apiServerUrl, caPem: server.caPem, token });

  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: systemNamespace } });
  for (const name of systemConfigMaps) {
    await client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: systemNamespace, name },
    });
  }

  const filter = network.addHost('filter');
  const hosts = {
    ingress: network.addHost('ingress'),
    filter,
    // By this name the dispatcher knows that an answer comes from the filter, and extracts the function's own answer from it.
    dispatcher: network.addHost('dispatcher', { [filterName]: filter.ip }),
    'apiserver-source': network.addHost('source'),
    mtping: network.addHost('ping'),
  };
  const urlOf = (program: keyof typeof hosts): string => `http://${hosts[program].ip}:8080`;
  const pods = new Map<string, FunctionPod>();
  const running = new Map<keyof typeof hosts, ServerProcess>();
  const manifests = new Map<string, Manifest<ServiceSpec>>();
  const addresses = {
    serviceUrl: (_namespace: string, name: string) => pods.get(name)?.url,
    brokerUrl: (_namespace: string, name: string) => `${urlOf('ingress')}/${namespace}/${name}`,
    toLoopback: (text: string): string =>
      rewriteClusterUrls(text, {
        brokerIngressUrl: urlOf('ingress'),
        serviceUrl: (_namespace, name) => pods.get(name)?.url,
      }),
  };

  const adminKubeconfig = kubeconfigFor('admin', server.adminToken);
  const systemEnv = {
    SYSTEM_NAMESPACE: systemNamespace,
    NAMESPACE: systemNamespace,
    KUBECONFIG: adminKubeconfig,
    HOME: logDir,
    POD_NAME: 'one',
    CONTAINER_NAME: 'one',
    K_LOGGING_CONFIG: '',
    K_OBSERVABILITY_CONFIG: '{}',
    K_LEADER_ELECTION_CONFIG: '',
  };
  const programEnv: Record<keyof typeof hosts, Record<string, string>> = {
    ingress: systemEnv,
    filter: { ...systemEnv, FILTER_PORT: '80' },
    // All namespaces, as the cluster-scoped channel does.
    dispatcher: { ...systemEnv, NAMESPACE: '', MAX_IDLE_CONNS: '1000', MAX_IDLE_CONNS_PER_HOST: '100' },
    'apiserver-source': {},
    mtping: { ...systemEnv, K_NO_SHUTDOWN_AFTER: '', K_SINK_TIMEOUT: '-1' },
  };
  const start = (program: keyof typeof hosts): void => {
    running.set(program, startProgram({ program, host: hosts[program], env: programEnv[program], logDir }));
  };

  async function startPods(): Promise<void> {
    const services = (await client.list(knativeServices, { namespace })).items;
    for (const service of services) {
      const manifest = readManifest(serviceSpec, service);
      manifests.set(manifest.name, manifest);
      const host = network.addHost(manifest.name);
      const [container] = manifest.spec.template.spec.containers;
      if (container === undefined) throw new Error(`Service ${manifest.name} has no container`);
      const declared = await resolveEnv(client, namespace, container);
      const reached = Object.entries(declared).map(([key, value]) => [key, addresses.toLoopback(value)] as const);
      // Servers of this machine, such as the bucket.
      const local = reached.flatMap(([, value]) => [...value.matchAll(/127\.0\.0\.1:(\d+)/g)]);
      for (const port of new Set(local.map(([, found]) => Number(found)))) await host.lend(port);
      const env = {
        ...Object.fromEntries(reached),
        K_SERVICE: manifest.name,
        K_CONFIGURATION: manifest.name,
        K_REVISION: `${manifest.name}-00001`,
        ...(await options.functionEnv(manifest.name)),
        KUBERNETES_SERVICE_HOST: network.gateway,
      };
      const command = options.functionCommand(manifest.name, container.args);
      const { gateway } = network;
      pods.set(manifest.name, await startFunctionPod({ ...manifest, host, gateway, command, env, logDir, onActivity }));
      const url = `http://${manifest.name}.${namespace}.svc.cluster.local`;
      await writeReady(watching, knativeServices, service, { url, address: { url } });
    }
  }

  async function writeSource(): Promise<void> {
    const [source] = (await client.list(apiServerSources, { namespace })).items;
    if (source === undefined) throw new Error(`there is no ApiServerSource in ${namespace}`);
    programEnv['apiserver-source'] = {
      ...systemEnv,
      NAMESPACE: namespace,
      NAME: source.metadata.name,
      METRICS_DOMAIN: 'knative.dev/eventing',
      KUBECONFIG: kubeconfigFor('watch', await mintToken(server.adminClient, { namespace, name: 'soteria-watch' })),
      K_SINK: `${urlOf('ingress')}/${namespace}/default`,
      K_SOURCE_CONFIG: JSON.stringify(sourceConfigOf(source, await listNamespaceNames())),
    };
  }

  const listNamespaceNames = async (): Promise<string[]> =>
    (await client.list(namespaces, {})).items.map(({ metadata }) => metadata.name);

  async function stop(): Promise<void> {
    stopping.abort();
    await Promise.all([...pods.values()].map((pod) => pod.stop()));
    await Promise.all([...running.values()].map((program) => program.stop(500)));
  }

  try {
    for (const program of ['ingress', 'filter', 'dispatcher', 'mtping'] as const) start(program);
    await startPods();
    await controlEventing({
      ...watching,
      addresses,
      ingressUrl: urlOf('ingress'),
      filterUrl: `http://${filterName}`,
      dispatcherUrl: urlOf('dispatcher'),
    });
    await writeSource();
    start('apiserver-source');
    await waitUntil('the mesh takes an event and hands it on', () => isListening(urlOf('ingress'), namespace), {
      deadlineMs: 60_000,
      assertPossible: () => {
        for (const program of running.values()) program.assertRunning();
      },
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pace: { ...defaultPace, sleep: 1, retry: 1 },
    pods,
    brokerUrl: (_namespace, name) => addresses.brokerUrl(_namespace, name),
    serviceUrl: addresses.serviceUrl,
    listRoutes: () =>
      [...manifests.values()].flatMap((manifest) =>
        readPrefixes(manifest.annotations[routesAnnotation]).map((prefix) => ({
          prefix,
          url: pods.get(manifest.name)?.url ?? '',
        })),
      ),
    listIgnored: () => ['functions do not sleep by themselves: the autoscaler does not run'],
    pids: () => [...running.values()].flatMap(({ name, pid }) => (pid === undefined ? [] : [[name, pid] as const])),
    async restart(program) {
      await running.get(program)?.stop(0);
      start(program);
    },
    stop,
  };
}

/** Sends an event that no Trigger matches: 404 while the Broker is unknown, 500 while the channel is unreachable. */
async function isListening(ingressUrl: string, namespace: string): Promise<boolean> {
  const headers = { 'ce-specversion': '1.0', 'ce-id': 'ready', 'ce-source': '/mesh', 'ce-type': 'of-nobody' };
  const answer = await fetch(`${ingressUrl}/${namespace}/default`, { method: 'POST', headers });
  return answer.status === 202;
}

/** What the controller writes into the adapter's Deployment. */
function sourceConfigOf(source: UntypedObject, namespaceNames: readonly string[]): object {
  const { spec, annotations } = readManifest(apiServerSourceSpec, source);
  return {
    namespaces: namespaceNames,
    allNamespaces: true,
    resources: spec.resources.map(({ apiVersion, kind, selector }) => {
      const type = findWatchedType(apiVersion, kind);
      if (type === undefined) throw new Error(`no ${apiVersion} ${kind} in the table of watched kinds`);
      const text = writeSelector(selector);
      return {
        gvr: { Group: type.group, Version: type.version, Resource: type.plural },
        ...(text === undefined ? {} : { selector: text }),
      };
    }),
    mode: spec.mode,
    failFast: annotations['features.knative.dev/apiserversource-skip-permissions-check'] === 'true',
  };
}

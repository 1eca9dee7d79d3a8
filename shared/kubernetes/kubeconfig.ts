/**
 * A kubeconfig file as a Connection, read by `@kubernetes/client-node` because of its exec plug-ins, OIDC and proxies. The
 * package is large: `connect.ts` loads this file with the first kubeconfig, so never inside a cluster.
 */
import { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import { delimiter } from 'node:path';
import { SoteriaError } from '../errors.ts';
import { type Cluster, KubeConfig } from './client-node.ts';
import type { ClientCertificate, Connection, TokenSource } from './connection.ts';
import { networkCode } from '../http/network-errors.ts';

export interface KubeconfigSettings {
  /** As in `KUBECONFIG`: several paths are merged, the first that names a thing wins. */
  readonly path: string;
  /** Left out: the current context. */
  readonly context?: string | undefined;
}

/** Throws `cluster_unavailable` when the file, its context or its credentials cannot be used. */
export async function loadKubeconfigConnection(settings: KubeconfigSettings): Promise<Connection> {
  const load = (): KubeConfig => readFiles(() => new KubeConfig(), settings);
  const config = load();
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (cluster === null) {
    throw unusable(
      settings,
      `its context "${config.getCurrentContext()}" does not exist or names no cluster of the file`,
    );
  }
  if (typeof user?.username === 'string') {
    throw unusable(settings, 'its user logs in with a password, which Kubernetes has not accepted since version 1.19');
  }
  const options = await authenticate(config, settings);
  return {
    server: new URL(cluster.server),
    ca: pem(options.ca),
    token: tokenSource(config, load, settings),
    clientCertificate: certificateOf(options),
    insecureSkipTlsVerify: cluster.skipTLSVerify,
    tlsServerName: cluster.tlsServerName,
    impersonateUser: user?.impersonateUser ?? undefined,
    agent: typeof cluster.proxyUrl === 'string' && options.agent instanceof Agent ? options.agent : undefined,
  };
}

function readFiles(createConfig: () => KubeConfig, settings: KubeconfigSettings): KubeConfig {
  const files = settings.path.split(delimiter).filter((file) => file !== '');
  const configs = files.map((file) => {
    const config = createConfig();
    try {
      config.loadFromFile(file);
    } catch (thrown) {
      // No cause: a YAML error quotes the lines around it, and these hold credentials.
      const reason = networkCode(thrown) ?? 'it is not a kubeconfig';
      throw unusable({ path: file }, `it cannot be read (${reason})`);
    }
    return config;
  });
  const merged = createConfig();
  merged.loadFromOptions({
    clusters: firstOfEachName(configs.flatMap((config) => config.getClusters())).map(allowPlainHttp),
    users: firstOfEachName(configs.flatMap((config) => config.getUsers())),
    contexts: firstOfEachName(configs.flatMap((config) => config.getContexts())),
    currentContext: settings.context ?? configs.map((config) => config.getCurrentContext()).find(Boolean) ?? '',
  });
  return merged;
}

function firstOfEachName<T extends { readonly name: string }>(things: readonly T[]): T[] {
  return things.filter((thing, index) => things.findIndex((other) => other.name === thing.name) === index);
}

/** client-node takes `http:` only with this flag; kubectl takes it as it is, and there is no TLS to verify. */
function allowPlainHttp(cluster: Cluster): Cluster {
  return cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster;
}

/** Runs the exec plug-in or refreshes the OIDC token where the user has one; both keep their result until it expires. */
async function authenticate(config: KubeConfig, settings: KubeconfigSettings): Promise<RequestOptions> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch {
    // No cause: it may hold what the plug-in printed.
    throw unusable(settings, `the credentials of user "${config.getCurrentUser()?.name ?? ''}" cannot be obtained`);
  }
  return options;
}

function tokenSource(first: KubeConfig, load: () => KubeConfig, settings: KubeconfigSettings): TokenSource {
  let config = first;
  return async (state) => {
    // A new KubeConfig has nothing cached: files are read and plug-ins are run again.
    if (state?.isRefused === true) config = load();
    const user = config.getCurrentUser();
    if (user === null) return undefined;
    if (!user.exec && !user.authProvider) return user.token?.trim();
    return bearerOf(await authenticate(config, settings));
  };
}

function bearerOf(options: RequestOptions): string | undefined {
  if (options.headers === undefined || !('Authorization' in options.headers)) return undefined;
  const header = options.headers.Authorization;
  return typeof header === 'string' ? header.replace(/^Bearer /, '').trim() : undefined;
}

function certificateOf(options: RequestOptions): ClientCertificate | undefined {
  const cert = pem(options.cert);
  const key = pem(options.key);
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

function pem(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  return Buffer.isBuffer(content) ? content.toString('utf8') : undefined;
}

function unusable(settings: KubeconfigSettings, why: string): SoteriaError {
  return new SoteriaError('cluster_unavailable', {
    what: `could not use the kubeconfig ${settings.path}`,
    why,
    fix: 'check it with `kubectl get namespaces` and that KUBECONFIG names it and a context of it is current',
  });
}

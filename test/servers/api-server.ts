/**
 * A real Kubernetes API server with its own etcd, for one test run: everything on 127.0.0.1, everything in one temporary folder.
 * Ready in about three seconds, 290 MB.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdminClient, type AdminClient } from './admin-client.ts';
import { apiServerFlags, controllerManagerFlags, etcdFlags } from './server-flags.ts';
import { writeCredentials, writeKubeconfig } from './credentials.ts';
import { explainMissing, findServerBinaries, type ServerBinaries } from './find-server-binaries.ts';
import { findFreePort } from './free-port.ts';
import { keepAuditLog } from './keep-audit-log.ts';
import { startServerProcess, type ServerProcess } from './server-process.ts';
import { waitUntil } from './wait-until.ts';

/** The access of a test to the server: plain values, which can be passed to test workers. */
export interface ApiServerAccess {
  readonly url: string;
  readonly caPem: string;
  /** The token of `admin` in `system:masters`. */
  readonly adminToken: string;
  readonly kubeconfigPath: string;
  /** One JSON line per answered request, level Metadata. */
  readonly auditLogPath: string;
  /** A temporary folder with the logs of the servers; `stop` deletes it. */
  readonly dir: string;
  readonly kubectlPath?: string | undefined;
}

export interface ApiServer extends ApiServerAccess {
  readonly adminClient: AdminClient;
  /** False with assets that hold no controller-manager: nothing collects garbage then, and namespaces never finish. */
  readonly hasControllerManager: boolean;
  /**
   * Garbage collector, namespaces, service accounts; returns when they work. Best after the CRDs: it discovers new kinds only every
   * 30 seconds. Throws when there is no binary for it.
   */
  startControllerManager(this: void): Promise<void>;
  /** Stops everything in the right order and removes the folder. */
  stop(this: void): Promise<void>;
}

export interface ApiServerOptions {
  /** Further kube-apiserver flags, for example feature gates. */
  readonly extraFlags?: readonly string[];
  /** True: the requests of the functions count when their rights are compared with their use. */
  readonly isAuditKept?: boolean;
}

const START_ATTEMPTS = 3;
const START_DEADLINE_MS = 60_000;

export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const binaries = findServerBinaries();
  if ('missing' in binaries) throw new Error(`cannot start a Kubernetes API server: ${explainMissing(binaries)}`);
  // A port found free may be taken by the time the server binds it.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(binaries, options);
    } catch (error) {
      const isPortTaken = error instanceof Error && error.message.includes('address already in use');
      if (!isPortTaken || attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function startOnce(
  binaries: ServerBinaries,
  { extraFlags = [], isAuditKept = false }: ApiServerOptions,
): Promise<ApiServer> {
  const dir = await mkdtemp(join(tmpdir(), 'soteria-apiserver-'));
  const running: ServerProcess[] = [];
  const start = (name: string, path: string, flags: readonly string[]) => {
    running.push(startServerProcess(name, path, flags, join(dir, `${name}.log`)));
  };
  const assertPossible = () => {
    for (const server of running) server.assertRunning();
  };
  // The controller-manager first: an API server with clients takes up to a minute over SIGTERM. etcd last: all write to it.
  const stopServers = async () => {
    for (const server of running.toReversed()) await server.stop();
    await rm(dir, { recursive: true, force: true });
  };

  try {
    const [clientPort, peerPort, securePort] = await Promise.all([findFreePort(), findFreePort(), findFreePort()]);
    const credentials = writeCredentials(dir);
    const etcdUrl = `http://127.0.0.1:${clientPort}`;
    const url = `https://127.0.0.1:${securePort}`;
    const auditLogPath = join(dir, 'audit.log');
    start('etcd', binaries.etcd, etcdFlags({ dir, clientUrl: etcdUrl, peerUrl: `http://127.0.0.1:${peerPort}` }));
    start('kube-apiserver', binaries.apiServer, [
      ...apiServerFlags({ dir, url, etcdUrl, auditLogPath, credentials }),
      ...extraFlags,
    ]);

    const waiting = { deadlineMs: START_DEADLINE_MS, assertPossible };
    const certificate = join(dir, 'certs', 'apiserver.crt');
    // The key is written after the certificate: once it is there, the certificate is whole, with the authority that signed it.
    const hasKey = () => existsSync(join(dir, 'certs', 'apiserver.key'));
    await waitUntil('kube-apiserver has a certificate', hasKey, waiting);
    const caPem = readFileSync(certificate, 'utf8');
    const { adminToken } = credentials;
    const adminClient = createAdminClient({ url, caPem, token: adminToken });
    await waitUntil('kube-apiserver is ready', () => isReady(adminClient), waiting);
    const kubeconfigPath = writeKubeconfig(join(dir, 'kubeconfig'), { url, caPem, token: adminToken });

    let hasControllerManager = false;
    return {
      url,
      caPem,
      adminToken,
      kubeconfigPath,
      auditLogPath,
      dir,
      kubectlPath: binaries.kubectl,
      adminClient,
      get hasControllerManager() {
        return hasControllerManager;
      },
      async startControllerManager() {
        if (hasControllerManager) return;
        if (binaries.controllerManager === undefined) {
          throw new Error(
            `no kube-controller-manager in ${binaries.dir}; unset KUBEBUILDER_ASSETS and run \`npm run servers\``,
          );
        }
        const flags = controllerManagerFlags({ certificate, kubeconfigPath, credentials });
        start('kube-controller-manager', binaries.controllerManager, flags);
        await waitUntil('kube-controller-manager works', () => hasDefaultAccount(adminClient), waiting);
        hasControllerManager = true;
      },
      async stop() {
        adminClient.close();
        if (isAuditKept) keepAuditLog(auditLogPath);
        await stopServers();
      },
    };
  } catch (error) {
    await stopServers();
    throw error;
  }
}

/** A ready server makes its own namespaces only a moment later. */
async function isReady(admin: AdminClient): Promise<boolean> {
  const paths = ['/readyz', '/api/v1/namespaces/default', '/api/v1/namespaces/kube-system'];
  const answers = await Promise.all(paths.map((path) => admin.call('GET', path)));
  return answers.every(({ status }) => status === 200);
}

async function hasDefaultAccount(admin: AdminClient): Promise<boolean> {
  const answer = await admin.call('GET', '/api/v1/namespaces/default/serviceaccounts/default');
  return answer.status === 200;
}

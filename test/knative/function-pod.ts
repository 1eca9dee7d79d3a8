/** A function behind Knative's queue-proxy, both on one host as in one pod, with the settings that Serving gives the proxy. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { MeshActivity } from '@soteria/local/mesh/activity.ts';
import type { FunctionCommand } from '@soteria/local/mesh/serving/function-process.ts';
import type { ServiceSpec } from '@soteria/local/mesh/manifest/service-schema.ts';
import { endWithRun } from '../servers/end-with-run.ts';
import { waitUntil } from '../servers/wait-until.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { startActivator } from './activator.ts';
import type { Host } from './network.ts';
import { startProgram } from './programs.ts';

const userPort = 8080;
const queuePort = 8012;

const queueAdminPort = 8022;

export interface FunctionPod {
  readonly name: string;
  /** URL of the activator before it. */
  readonly url: string;
  /** Undefined while the pod sleeps. */
  queuePid(): Promise<number | undefined>;
  /** SIGKILL to the function alone; the queue-proxy stays and the function is started anew, as kubelet does. */
  crash(): void;
  /**
   * Scales to zero as Kubernetes ends a pod: the queue-proxy drains until no request has come for 30 seconds, then the function gets its SIGTERM.
   * The next connection starts the pod anew.
   */
  sleep(): Promise<void>;
  stop(): Promise<void>;
}

export interface FunctionPodOptions {
  readonly name: string;
  readonly namespace: string;
  readonly spec: ServiceSpec;
  readonly host: Host;
  readonly gateway: string;
  readonly command: FunctionCommand;
  readonly env: Readonly<Record<string, string>>;
  readonly logDir: string;
  readonly onActivity: (activity: MeshActivity) => void;
}

export async function startFunctionPod(options: FunctionPodOptions): Promise<FunctionPod> {
  const { name, host, gateway, onActivity } = options;
  let running: Promise<Processes> | undefined;
  const wake = async (): Promise<void> => void (await (running ??= startProcesses(options)));
  const activator = await startActivator({ gateway, pod: { host: host.ip, port: queuePort }, wake });
  async function end(howLong: 'drained' | 'at once'): Promise<void> {
    const pod = await running?.catch(() => undefined);
    await pod?.end(howLong);
    running = undefined;
  }
  const stop = async (): Promise<void> => {
    activator.close();
    await end('at once');
  };
  try {
    await wake();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name,
    url: activator.url,
    queuePid: async () => (await running)?.queuePid,
    crash: () => void running?.then((pod) => pod.crash()),
    async sleep() {
      await end('drained');
      onActivity({ kind: 'slept', service: name });
    },
    stop,
  };
}

interface Processes {
  readonly queuePid: number | undefined;
  crash(): void;
  end(howLong: 'drained' | 'at once'): Promise<void>;
}

async function startProcesses(options: FunctionPodOptions): Promise<Processes> {
  const { name, host } = options;
  const queue = startQueueProxy(options);
  const container = keepRunning(options);
  async function end(howLong: 'drained' | 'at once'): Promise<void> {
    if (howLong === 'drained') {
      // Kubelet calls this before the function gets its SIGTERM; by then the queue-proxy has got its own SIGTERM.
      const drained = fetch(`http://${host.ip}:${queueAdminPort}/wait-for-drain`).catch(() => undefined);
      await Promise.all([queue.stop(120_000), drained]);
      await container.stop();
    } else {
      await container.stop();
      await queue.stop(1_000);
    }
  }
  try {
    await waitUntil(`${name} is ready behind its queue-proxy`, () => isReady(`http://${host.ip}:${queuePort}`), {
      deadlineMs: 30_000,
      assertPossible: () => queue.assertRunning(),
    });
  } catch (error) {
    await end('at once');
    throw error;
  }
  return {
    queuePid: queue.pid,
    crash: () => container.crash(),
    end,
  };
}

/** Probes as the activator does. */
async function isReady(url: string): Promise<boolean> {
  const headers = { 'k-network-probe': 'queue', 'user-agent': 'kube-probe/activator' };
  return (await fetch(url, { headers })).status === 200;
}

function startQueueProxy({ name, namespace, spec, host, logDir }: FunctionPodOptions): ServerProcess {
  const { containerConcurrency, timeoutSeconds, responseStartTimeoutSeconds = timeoutSeconds } = spec.template.spec;
  const probe = {
    httpGet: { path: '/readyz', host: '127.0.0.1', port: userPort, scheme: 'HTTP' },
    successThreshold: 1,
  };
  const env = {
    SERVING_NAMESPACE: namespace,
    SERVING_SERVICE: name,
    SERVING_CONFIGURATION: name,
    SERVING_REVISION: `${name}-00001`,
    SERVING_POD: `${name}-00001-deployment`,
    SERVING_POD_IP: host.ip,
    HOST_IP: host.ip,
    QUEUE_SERVING_PORT: String(queuePort),
    QUEUE_SERVING_TLS_PORT: '8112',
    CONTAINER_CONCURRENCY: String(containerConcurrency),
    REVISION_TIMEOUT_SECONDS: String(timeoutSeconds),
    REVISION_RESPONSE_START_TIMEOUT_SECONDS: String(responseStartTimeoutSeconds),
    REVISION_IDLE_TIMEOUT_SECONDS: '0',
    SERVING_LOGGING_CONFIG: '{}',
    SERVING_LOGGING_LEVEL: 'warn',
    USER_PORT: String(userPort),
    SYSTEM_NAMESPACE: 'knative-serving',
    SERVING_READINESS_PROBE: JSON.stringify(probe),
    ENABLE_HTTP2_AUTO_DETECTION: 'false',
    ENABLE_HTTP_FULL_DUPLEX: 'false',
    ENABLE_MULTI_CONTAINER_PROBES: 'false',
    ROOT_CA: '',
    OBSERVABILITY_CONFIG: '{}',
  };
  return startProgram({ program: 'queue', host, env, logDir, name: `queue-${name}` });
}

/** The container, started anew whenever it ends, as kubelet does at its first crash. */
function keepRunning({ name, host, command, env, onActivity }: FunctionPodOptions) {
  const assignments = Object.entries({ ...env, PORT: String(userPort) }).map(([key, value]) => `${key}=${value}`);
  const line = host.run('env', ['-i', ...assignments, command.command, ...command.args]);
  let isStopping = false;
  let current = start();

  function start() {
    // `ip netns exec` is replaced by the program it starts, so that a signal reaches the function itself.
    const child = spawn(line.program, line.args, { stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of ['stdout', 'stderr'] as const) {
      createInterface({ input: child[stream] }).on('line', (text) =>
        onActivity({ kind: 'log', service: name, stream, line: text }),
      );
    }
    const hasEnded = endWithRun(() => child.kill('SIGKILL'));
    const ended = new Promise<void>((resolve) => {
      child.once('close', (code, signal) => {
        hasEnded();
        if (!isStopping) {
          const end = { exitCode: code ?? undefined, signal: signal ?? undefined, lastErrorLine: '' };
          onActivity({ kind: 'crashed', service: name, ...end });
          current = start();
        }
        resolve();
      });
    });
    onActivity({ kind: 'woke', service: name, ms: 0 });
    return { child, ended };
  }

  return {
    crash: () => void current.child.kill('SIGKILL'),
    async stop() {
      isStopping = true;
      const { child, ended } = current;
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(late);
    },
  };
}

/** One Knative Service: a listener that wakes the function for a request and lets it sleep when none comes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubernetesClient } from '@soteria/shared/kubernetes/client.ts';
import type { OnActivity } from '../activity.ts';
import type { ChaosSwitches } from '../chaos.ts';
import { wait } from '../clock.ts';
import type { Clock } from '../clock.ts';
import { listenOnLoopback } from '../loopback-server.ts';
import type { Manifest } from '../manifest/refuse-field.ts';
import { refuse } from '../manifest/refuse-field.ts';
import type { ContainerSpec, ServiceSpec } from '../manifest/service-schema.ts';
import { proxyRequest } from '../proxy-request.ts';
import type { FunctionCommand } from './function-process.ts';
import { startPod } from './function-pod.ts';
import type { FunctionPod } from './function-pod.ts';
import { readScaleTimes } from './read-scale-times.ts';
import { createBreaker } from './request-breaker.ts';
import { resolveEnv } from './resolve-env.ts';

export interface ServiceParts {
  readonly clock: Clock;
  readonly client: KubernetesClient;
  readonly onActivity: OnActivity;
  readonly chaos: ChaosSwitches;
  /** Divides the time until an idle function sleeps. */
  readonly sleepPace: number;
  readonly functionCommand: (serviceName: string, args: readonly string[]) => FunctionCommand;
  readonly functionEnv: (serviceName: string) => Promise<Readonly<Record<string, string>>>;
  readonly toLoopback: (text: string) => string;
}

export interface RunningService {
  readonly url: string;
  /** A changed manifest is a new revision: the next request gets the new process, and the old process ends when its requests have ended. */
  update(manifest: Manifest<ServiceSpec>): void;
  stop(): Promise<void>;
}

const killAfterStopMs = 5000;
const longestNoticeMs = 500;
const timeoutText = 'request timeout';

/** Throws `invalid_request` when an autoscaling annotation cannot be honoured. */
export async function runService(parts: ServiceParts, first: Manifest<ServiceSpec>): Promise<RunningService> {
  let revision = readRevision(parts, first);
  let current: FunctionPod | undefined;
  const pods = new Set<FunctionPod>();
  const server = await listenOnLoopback((request, response) => void answer(request, response));

  function wake(): FunctionPod {
    if (current?.canServe() === true) return current;
    const pod = startPod(parts, revision.pod);
    pods.add(pod);
    void pod.ended.then(() => pods.delete(pod));
    current = pod;
    return pod;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const over = new AbortController();
    const { timeoutMs, responseStartMs, breaker } = revision;
    const timeOut = (): void => {
      // When the answer has begun, the same words end it, as in the queue-proxy.
      if (response.headersSent) response.end(timeoutText);
      else refuseRequest(response, 504, timeoutText);
      over.abort();
    };
    const cancelTimeout = parts.clock.setTimer(timeOut, timeoutMs);
    const cancelStart = parts.clock.setTimer(() => {
      if (!response.headersSent) timeOut();
    }, responseStartMs);
    const hangUp = (): void => over.abort();
    response.once('close', hangUp);
    const place = breaker.enter(over.signal);
    if (place === 'full') {
      refuseRequest(response, 503, 'pending request queue full\n');
    } else {
      const leave = await place;
      if (leave !== undefined) await serve(request, response, over.signal).finally(leave);
    }
    cancelTimeout();
    cancelStart();
  }

  async function serve(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const pod = wake();
    const leave = pod.enter();
    try {
      const url = await Promise.race([pod.url, whenAborted(signal)]);
      if (signal.aborted) return;
      if (url === undefined) {
        refuseRequest(response, 503, `the function ${first.name} could not start\n`);
        return;
      }
      const onSent = (): void => {
        const { method = 'GET', url: path = '/' } = request;
        const killMs = parts.chaos.killDuringRequest?.({ service: first.name, method, path });
        if (killMs !== undefined) parts.clock.setTimer(() => pod.kill(), killMs);
      };
      // The end of a dead process must be noticed before the answer, or a caller that retries at once would reach the dead process.
      const beforeBreakOff = (): Promise<void> => Promise.race([pod.ended, wait(parts.clock, longestNoticeMs, signal)]);
      await proxyRequest(request, response, { to: url, signal, onSent, beforeBreakOff });
    } finally {
      leave();
    }
  }

  if (revision.pod.times.minScale > 0) wake();
  return {
    url: server.url,
    update(manifest) {
      revision = readRevision(parts, manifest);
      current?.retire();
      current = undefined;
      if (revision.pod.times.minScale > 0) wake();
    },
    async stop() {
      await Promise.all([server.close(), ...[...pods].map((pod) => pod.stop(killAfterStopMs))]);
    },
  };
}

function readRevision(parts: ServiceParts, manifest: Manifest<ServiceSpec>) {
  const { name, namespace } = manifest;
  const pod = manifest.spec.template.spec;
  const [container] = pod.containers;
  if (container === undefined) throw refuse({ kind: 'Service', namespace, name }, ['spec.template.spec.containers']);
  return {
    timeoutMs: pod.timeoutSeconds * 1000,
    responseStartMs: (pod.responseStartTimeoutSeconds ?? pod.timeoutSeconds) * 1000,
    breaker: createBreaker(pod.containerConcurrency),
    pod: {
      service: name,
      times: readScaleTimes(manifest, parts.sleepPace),
      command: parts.functionCommand(name, container.args),
      resolveEnv: () => buildEnv(parts, manifest, container),
    },
  };
}

async function buildEnv(
  parts: ServiceParts,
  { name, namespace, generation }: Manifest<ServiceSpec>,
  container: ContainerSpec,
): Promise<Readonly<Record<string, string>>> {
  const declared = await resolveEnv(parts.client, namespace, container);
  const rewritten = Object.entries(declared).map(([key, value]) => [key, parts.toLoopback(value)] as const);
  return {
    ...Object.fromEntries(rewritten),
    K_SERVICE: name,
    K_CONFIGURATION: name,
    K_REVISION: `${name}-${String(generation).padStart(5, '0')}`,
    ...(await parts.functionEnv(name)),
  };
}

/** Closes the connection too: the rest of the request body is not read. */
function refuseRequest(response: ServerResponse, status: number, why: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(why);
}

function whenAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/**
 * Knative on one machine: reads the Services, Brokers, Triggers, PingSources and ApiServerSources of one namespace and behaves
 * as they say, with the timing, retries and refusals of the real one. Everything listens on 127.0.0.1.
 */
import { randomUUID } from 'node:crypto';
import type { WatchingClient } from '@soteria/shared/kubernetes/client.ts';
import type { OnActivity } from './activity.ts';
import { acceptEvent } from './broker/run-broker.ts';
import { answerIngress } from './broker/ingress.ts';
import type { Publish } from './broker/ingress.ts';
import type { ChaosSwitches } from './chaos.ts';
import { realClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { deliverWithChaos } from './delivery/deliver-with-chaos.ts';
import type { Route } from './find-route.ts';
import { followEventing } from './follow-eventing.ts';
import { followServices } from './follow-services.ts';
import { followSources } from './follow-sources.ts';
import { listenOnLoopback } from './loopback-server.ts';
import { defaultPace } from './pace.ts';
import type { Pace } from './pace.ts';
import type { FunctionCommand } from './serving/function-process.ts';
import { rewriteClusterUrls } from './serving/rewrite-cluster-urls.ts';

export interface MeshOptions {
  readonly client: WatchingClient;
  /** Where the Knative objects are. */
  readonly namespace: string;
  /** The program to start for a Service; `args` are the arguments of its container. */
  readonly functionCommand: (serviceName: string, args: readonly string[]) => FunctionCommand;
  /**
   * Added to the environment that the manifest declares: credentials, the address of the API server, PATH. The process gets
   * nothing of this process's own environment.
   */
  readonly functionEnv: (serviceName: string) => Promise<Readonly<Record<string, string>>>;
  readonly onActivity?: OnActivity;
  readonly pace?: Partial<Pace>;
  readonly chaos?: ChaosSwitches;
  /** The `source` of ApiServerSource events. */
  readonly apiServerUrl?: string;
  /** Port of the broker ingress; left out or 0: any free port. */
  readonly ingressPort?: number;
  readonly now?: Clock['now'];
  readonly setTimer?: Clock['setTimer'];
  readonly newId?: () => string;
  /** From 0 up to, not including, 1. */
  readonly random?: () => number;
}

export interface Mesh {
  readonly pace: Pace;
  /** `http://127.0.0.1:<port>/<namespace>/<name>`; undefined when there is no such Broker. */
  brokerUrl(namespace: string, name: string): string | undefined;
  /** Base URL of a Service's listener; undefined when there is no such Service. */
  serviceUrl(namespace: string, name: string): string | undefined;
  /** For the front door: the paths that Services claim. */
  listRoutes(): readonly Route[];
  /** The fields of the manifests that have no effect here, one sentence per Service. */
  listIgnored(): readonly string[];
  /** Ends every function, SIGTERM first; events under way are lost. */
  stop(): Promise<void>;
}

/** Resolves when every object is taken up and every watch stands. Throws `invalid_request` naming objects and fields it refuses. */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const pace = { ...defaultPace, ...options.pace };
  const chaos = options.chaos ?? {};
  const stopping = new AbortController();
  const common = {
    client: options.client,
    namespace: options.namespace,
    clock: { now: options.now ?? realClock.now, setTimer: options.setTimer ?? realClock.setTimer },
    onActivity: options.onActivity ?? (() => {}),
    signal: stopping.signal,
    chaos,
  };
  const toLoopback = (text: string): string =>
    rewriteClusterUrls(text, { brokerIngressUrl: ingress.url, serviceUrl: services.urlOf });
  const addresses = {
    toLoopback,
    serviceUrl: (namespace: string, name: string) => services.urlOf(namespace, name),
    brokerUrl: (namespace: string, name: string) =>
      eventing.findBroker(namespace, name) === undefined ? undefined : `${ingress.url}/${namespace}/${name}`,
  };
  const deliveryParts = { ...common, addresses, retryPace: pace.retry };
  const deliver = deliverWithChaos(deliveryParts, chaos);
  const services = followServices({
    ...common,
    toLoopback,
    sleepPace: pace.sleep,
    functionCommand: options.functionCommand,
    functionEnv: options.functionEnv,
  });
  const eventing = followEventing({ ...common, addresses });
  const sources = followSources({
    ...deliveryParts,
    newId: options.newId ?? randomUUID,
    random: options.random ?? Math.random,
    apiServerUrl: options.apiServerUrl ?? 'https://127.0.0.1:6443',
  });
  const brokerParts = { ...common, deliver, listTriggers: eventing.listTriggers };
  const ingressParts = {
    hasBroker: (namespace: string, name: string) => eventing.findBroker(namespace, name) !== undefined,
    publish: async (...[namespace, name, event, passedHeaders]: Parameters<Publish>) => {
      const broker = eventing.findBroker(namespace, name);
      return broker === undefined ? undefined : acceptEvent(brokerParts, broker, event, passedHeaders);
    },
  };
  const ingress = await listenOnLoopback((request, response) => answerIngress(ingressParts, request, response), {
    port: options.ingressPort ?? 0,
  });

  async function stop(): Promise<void> {
    stopping.abort();
    sources.stop();
    await Promise.all([ingress.close(), services.stop()]);
  }

  try {
    // Sinks before sources: the first event of a source must find its sink.
    await services.started();
    await eventing.started();
    await sources.started();
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return {
    pace,
    brokerUrl: addresses.brokerUrl,
    serviceUrl: addresses.serviceUrl,
    listRoutes: services.listRoutes,
    listIgnored: services.listIgnored,
    stop,
  };
}

/**
 * From settings to a running function: client → doors → server → drain. It listens before any I/O, and it leaves the end of the
 * process to `main.ts`:
 *
 *     const running = await startFunction({ name: 'backup', settings, definition });
 *     process.exit(await running.stopped);
 */
import type { FunctionSettings } from '../config/function-settings.ts';
import { createPublisher, type Publisher } from '../events/publish.ts';
import type { KubernetesClient } from '../kubernetes/client.ts';
import { connectToCluster } from '../kubernetes/connect.ts';
import { type Authenticate, createAuthenticate } from '../identity/authenticate.ts';
import { type Authorize, createAuthorize } from '../identity/authorize.ts';
import type { FunctionDefinition } from './contract.ts';
import type { Log } from '../log/log.ts';
import { createFunction } from './create-function.ts';
import { connectLazily } from './lazy-client.ts';
import { createLog } from '../log/log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { serve } from './serve.ts';
import { writeInTurns } from './write-in-turns.ts';

/** 1 MiB: a CloudEvent should stay under 64 KiB, a broker may carry more. */
const maxBodyBytes = 1024 * 1024;
/** Less than the 60 seconds that Knative gives a request, so that the last word is ours. */
const usualDeadlineMs = 50_000;
/** After SIGTERM; Knative has let the pod idle for 30 seconds before it sends one. */
const drainMs = 10_000;

export interface FunctionTools<S extends FunctionSettings> {
  readonly client: KubernetesClient;
  readonly authorize: Authorize;
  readonly publisher: Publisher;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Aborts when the process is being stopped: an answer that streams for ever ends now. */
  readonly stopping: AbortSignal;
  readonly now: () => Date;
  readonly settings: S;
}

/** Where signals and unforeseen errors come from: `process`. */
export interface ProcessEvents {
  on(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  on(event: 'uncaughtException', listener: (thrown: unknown) => void): unknown;
  on(event: 'warning', listener: (warning: Error) => void): unknown;
  removeAllListeners(event: 'warning'): unknown;
}

export interface StartOptions<S extends FunctionSettings> {
  readonly name: string;
  readonly settings: S;
  readonly definition: (tools: FunctionTools<S>) => FunctionDefinition;
  /** Until an answer begins; left out: 50 seconds. */
  readonly deadlineMs?: number;
  /** Further ways to prove who asks, before those of every function. */
  readonly authenticate?: (usual: Authenticate) => Authenticate;
  readonly connect?: () => Promise<KubernetesClient>;
  readonly writeLog?: (line: string) => void;
  readonly now?: () => Date;
  readonly processEvents?: ProcessEvents;
}

export interface RunningFunction {
  readonly address: string;
  readonly port: number;
  readonly log: Log;
  drain(): Promise<void>;
  /** The exit code, once drained: 0 after a signal, 1 after an error that nothing caught. */
  readonly stopped: Promise<0 | 1>;
}

/** Throws `invalid_settings` when it cannot listen. */
export async function startFunction<S extends FunctionSettings>(options: StartOptions<S>): Promise<RunningFunction> {
  const { name, settings, now = () => new Date(), processEvents = process, deadlineMs = usualDeadlineMs } = options;
  const { signingSecrets, authRequired, allowedGroups, unsignedEvents, sink, ceOverrides } = settings;
  const write = options.writeLog ?? writeInTurns((text) => process.stdout.write(text), process);
  const log = createLog({ write, now, fields: { function: name }, secrets: signingSecrets });
  // Node's own listener writes plain text, and whatever collects the log reads JSON lines.
  processEvents.removeAllListeners('warning');
  processEvents.on('warning', (warning) => {
    log.warn('process_warning', { name: warning.name, code: 'code' in warning ? String(warning.code) : undefined });
  });
  const metrics = createMetrics();
  const client = connectLazily(options.connect ?? (() => connectToCluster(settings.cluster)));
  const source = `/soteria/${name}`;
  const publisher = createPublisher({ sink, ceOverrides, source, log, now, signingSecret: signingSecrets[0] });
  const stopping = new AbortController();
  const definition = options.definition({
    stopping: stopping.signal,
    client,
    authorize: createAuthorize({ client, authRequired, now }),
    publisher,
    log,
    metrics,
    now,
    settings,
  });
  const authenticate = createAuthenticate({ client, authRequired, signingSecrets, allowedGroups, now });
  const draining = new AbortController();
  const app = createFunction(definition, {
    authenticate: options.authenticate?.(authenticate) ?? authenticate,
    log,
    metrics,
    now,
    settings: { unsignedEvents, maxBodyBytes, deadlineMs },
    drainSignal: draining.signal,
  });
  const served = await serve(app, { listenAddr: settings.listenAddr, drainMs, onDrainTimeout: () => draining.abort() });
  log.info('function_started', { address: served.address, authRequired, unsignedEvents, hasSink: sink !== undefined });

  const { promise: stopped, resolve } = Promise.withResolvers<0 | 1>();
  async function stop(reason: string, code: 0 | 1): Promise<void> {
    log.info('function_draining', { reason });
    stopping.abort();
    await served.drain();
    log.info('function_stopped', { reason });
    resolve(code);
  }
  processEvents.on('SIGTERM', () => void stop('SIGTERM', 0));
  processEvents.on('SIGINT', () => void stop('SIGINT', 0));
  processEvents.on('uncaughtException', (thrown) => {
    log.error('uncaught_exception', thrown);
    void stop('uncaught_exception', 1);
  });
  return { address: served.address, port: served.port, log, drain: () => stop('asked', 0), stopped };
}

/** For a start that failed: says why on one JSON line and answers the exit code. */
export function explainFailedStart(thrown: unknown, write: (line: string) => void): 1 {
  const log = createLog({ write, now: () => new Date(), fields: {}, secrets: [] });
  log.error('function_not_started', thrown);
  return 1;
}

/** One life of a function: from the spawn to the exit, with the times of `decide-scale.ts` in between. */
import { toSoteriaError } from '@soteria/shared/errors.ts';
import type { OnActivity } from '../activity.ts';
import type { Clock } from '../clock.ts';
import { decideScale } from './decide-scale.ts';
import type { Pod, ScaleTimes } from './decide-scale.ts';
import { startFunctionProcess } from './function-process.ts';
import type { FunctionCommand, FunctionProcess, ProcessExit } from './function-process.ts';

export interface FunctionPod {
  /** Its base URL once its port takes connections, or undefined when it could not start or ended before. */
  readonly url: Promise<string | undefined>;
  /** Resolves when its process has ended, or could not be started. */
  readonly ended: Promise<void>;
  /** False once SIGTERM was sent or the process has ended: the next request needs another pod. */
  canServe(): boolean;
  /** Counts a request in; the returned function counts it out. */
  enter(): () => void;
  /** Begins to end the process, whatever its age: first its requests are drained. */
  retire(): void;
  kill(): void;
  /** SIGTERM now, SIGKILL after that many milliseconds; resolves when the process is gone. */
  stop(killAfterMs: number): Promise<void>;
}

export interface PodOptions {
  readonly service: string;
  readonly times: ScaleTimes;
  readonly command: FunctionCommand;
  readonly resolveEnv: () => Promise<Readonly<Record<string, string>>>;
}

export function startPod(parts: { clock: Clock; onActivity: OnActivity }, options: PodOptions): FunctionPod {
  const { clock, onActivity } = parts;
  const { service } = options;
  const nowMs = (): number => clock.now().getTime();
  const startedAtMs = nowMs();
  let pod: Pod | undefined = { phase: 'starting', inFlight: 0, idleSinceMs: startedAtMs, phaseSinceMs: startedAtMs };
  let times = options.times;
  let running: FunctionProcess | undefined;
  let isKilledLate = false;
  let isStopping = false;
  let cancelTimer: (() => void) | undefined;

  function become(phase: Pod['phase']): void {
    if (pod !== undefined) pod = { ...pod, phase, phaseSinceMs: nowMs() };
  }

  function look(): void {
    cancelTimer?.();
    if (pod === undefined) return;
    const decision = decideScale(pod, times, nowMs());
    switch (decision.kind) {
      case 'stay':
        return;
      case 'look-again':
        cancelTimer = clock.setTimer(look, decision.atMs - nowMs());
        return;
      case 'drain':
        become('draining');
        look();
        return;
      case 'terminate':
        become('terminating');
        running?.signal('SIGTERM');
        look();
        return;
      case 'kill':
        isKilledLate = true;
        running?.signal('SIGKILL');
    }
  }

  async function start(): Promise<string | undefined> {
    try {
      const env = await options.resolveEnv();
      if (isStopping) throw new Error('stopped before it started');
      running = await startFunctionProcess(options.command, env, {
        onLine: (stream, line) => onActivity({ kind: 'log', service, stream, line }),
        onRetry: (why) => onActivity({ kind: 'warning', message: `Service ${service}: ${why}` }),
      });
    } catch (thrown) {
      pod = undefined;
      const { what, why, fix } = toSoteriaError(thrown).explanation;
      if (!isStopping) onActivity({ kind: 'warning', message: `Service ${service}: ${what}: ${why}; ${fix}` });
      return undefined;
    }
    void running.exited.then(end);
    if (isStopping) running.signal('SIGTERM');
    const isListening = await running.listening;
    if (!isListening || pod === undefined) return undefined;
    onActivity({ kind: 'woke', service, ms: nowMs() - startedAtMs });
    if (pod.phase === 'starting') become('ready');
    pod = { ...pod, idleSinceMs: nowMs() };
    look();
    return `http://127.0.0.1:${running.port}`;
  }

  function end(exit: ProcessExit): void {
    cancelTimer?.();
    const wasAsked = pod?.phase === 'terminating' || isStopping;
    pod = undefined;
    if (!wasAsked) {
      onActivity({ kind: 'crashed', service, ...exit });
      return;
    }
    if (isKilledLate) {
      onActivity({ kind: 'warning', message: `Service ${service}: it did not end after SIGTERM and was killed` });
    }
    onActivity({ kind: 'slept', service });
  }

  async function waitForEnd(): Promise<void> {
    await url;
    await running?.exited;
  }

  const url = start();
  const ended = waitForEnd();
  return {
    url,
    ended,
    canServe: () => pod !== undefined && pod.phase !== 'terminating' && !isStopping,
    enter() {
      if (pod !== undefined) pod = { ...pod, inFlight: pod.inFlight + 1 };
      if (pod?.phase === 'draining') become('ready');
      look();
      return () => {
        if (pod === undefined) return;
        pod = { ...pod, inFlight: pod.inFlight - 1, idleSinceMs: nowMs() };
        look();
      };
    },
    retire() {
      times = { ...times, minScale: 0, windowMs: 0, retentionMs: 0, drainMs: 0 };
      look();
    },
    kill: () => running?.signal('SIGKILL'),
    async stop(killAfterMs) {
      isStopping = true;
      running?.signal('SIGTERM');
      const killer = setTimeout(() => running?.signal('SIGKILL'), killAfterMs);
      await ended;
      clearTimeout(killer);
    },
  };
}

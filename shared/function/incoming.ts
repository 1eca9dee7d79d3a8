/** What the kit hands a handler beside the request or event itself, and how it ends: in time, too late, or cut off. */
import { SoteriaError } from '../errors.ts';
import type { Authenticate } from '../identity/authenticate.ts';
import type { Log, LogFields } from '../log/log.ts';
import type { DoorRequest } from './door.ts';
import type { UnsignedEvents } from '../events/may-be-unsigned.ts';
import type { Metrics } from './metrics.ts';
import { firstTraceparent, newTraceparent, traceIdOf } from '../http/trace-context.ts';

export interface DoorSettings {
  readonly unsignedEvents: UnsignedEvents;
  readonly maxBodyBytes: number;
  /** From the first byte to the answer; what is streamed later is not bound by it. */
  readonly deadlineMs: number;
}

export interface KitTools {
  readonly authenticate: Authenticate;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly now: () => Date;
  readonly settings: DoorSettings;
  /** Aborts when the process can wait no longer for what is in flight. */
  readonly drainSignal?: AbortSignal | undefined;
}

export interface Visit {
  /** Aborts when the caller hangs up, the deadline passes or the process drains. */
  readonly signal: AbortSignal;
  readonly receivedAt: Date;
  readonly traceparent: string;
  readonly traceId: string | undefined;
  readonly log: Log;
  /** Settles as the work does, or throws as soon as the signal aborts: a handler that hangs delays no answer. */
  inTime<T>(work: Promise<T>): Promise<T>;
  elapsedSeconds(): number;
  /** The same visit, once the event has been read. Its trace counts where this hop's request named none. */
  withEvent(eventTraceparent: string | undefined, fields: LogFields): Visit;
  /** To be called once the answer has begun: no deadline cuts what is streamed after it. */
  answered(): void;
  /** To be called once the answer is sent: until then the signal still aborts when the process drains. */
  end(): void;
}

export function beginVisit(
  request: Pick<DoorRequest, 'headers' | 'onHangUp'>,
  tools: KitTools,
  fields: LogFields,
): Visit {
  const { settings, drainSignal } = tools;
  const startedMs = performance.now();
  const giveUp = new AbortController();
  const { signal } = giveUp;
  let abandon: ((reason: SoteriaError) => void) | undefined;

  function abort(reason: unknown): void {
    giveUp.abort(reason);
    abandon?.(endOf(signal));
  }

  const timer = setTimeout(() => abort(tooLate(settings.deadlineMs)), settings.deadlineMs);
  request.onHangUp(() => abort(undefined));
  const leave = drainSignal === undefined ? undefined : endWith(drainSignal, abort);
  const fixed = {
    signal,
    receivedAt: tools.now(),
    inTime: <T>(work: Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        abandon = reject;
        work.then(resolve, reject);
        if (signal.aborted) reject(endOf(signal));
      }),
    elapsedSeconds: () => (performance.now() - startedMs) / 1000,
    answered: () => clearTimeout(timer),
    end: () => {
      clearTimeout(timer);
      leave?.();
    },
  };

  function visit(traceparent: string, all: LogFields): Visit {
    const traceId = traceIdOf(traceparent);
    return {
      ...fixed,
      traceparent,
      traceId,
      log: tools.log.with({ trace_id: traceId, ...all }),
      withEvent: (eventTraceparent, more) =>
        visit(sent ?? firstTraceparent(eventTraceparent) ?? traceparent, { ...all, ...more }),
    };
  }

  const sent = firstTraceparent(request.headers.get('traceparent') ?? undefined);
  return visit(sent ?? newTraceparent(), fields);
}

type Abort = (reason: unknown) => void;

/** The visits in flight by the signal that ends them: one listener for all, because one for each costs as much as reading an event. */
const inFlight = new WeakMap<AbortSignal, Set<Abort>>();

/** Answers how to leave. */
function endWith(drainSignal: AbortSignal, abort: Abort): () => void {
  const aborts = inFlight.get(drainSignal) ?? new Set();
  if (!inFlight.has(drainSignal)) {
    inFlight.set(drainSignal, aborts);
    drainSignal.addEventListener('abort', () => {
      for (const each of aborts) each(drainSignal.reason);
    });
  }
  if (drainSignal.aborted) abort(drainSignal.reason);
  else aborts.add(abort);
  return () => void aborts.delete(abort);
}

function endOf({ reason }: AbortSignal): SoteriaError {
  return reason instanceof SoteriaError ? reason : cutOff(reason);
}

function tooLate(deadlineMs: number): SoteriaError {
  return new SoteriaError('cluster_unavailable', {
    what: 'the request could not be dealt with in time',
    why: `it took longer than ${deadlineMs / 1000} seconds, most likely because the API server is slow to answer`,
    fix: 'ask again: what was begun goes on from where it is',
  });
}

function cutOff(cause: unknown): SoteriaError {
  return new SoteriaError(
    'cluster_unavailable',
    {
      what: 'the request was cut off',
      why: 'the caller hung up, or this process is being stopped',
      fix: 'ask again: what was begun goes on from where it is',
    },
    { cause },
  );
}

/** What the kit hands a handler beside the request or event itself, and how it ends: in time, too late, or cut off. */
import { SoteriaError } from '../errors.ts';
import type { Authenticate } from './authenticate.ts';
import type { Log, LogFields } from './contract.ts';
import type { DoorRequest } from './door.ts';
import type { UnsignedEvents } from './may-be-unsigned.ts';
import type { Metrics } from './metrics.ts';
import { firstTraceparent, newTraceparent, traceIdOf } from './trace-context.ts';

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
  /** To be called once the answer is made. */
  end(): void;
}

export function beginVisit(
  request: Pick<DoorRequest, 'headers' | 'signal'>,
  tools: KitTools,
  fields: LogFields,
): Visit {
  const { settings, drainSignal } = tools;
  const startedMs = performance.now();
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(tooLate(settings.deadlineMs)), settings.deadlineMs);
  const others = drainSignal === undefined ? [] : [drainSignal];
  const signal = AbortSignal.any([request.signal, deadline.signal, ...others]);
  const fixed = {
    signal,
    receivedAt: tools.now(),
    inTime: <T>(work: Promise<T>) => Promise.race([work, abortionOf(signal)]),
    elapsedSeconds: () => (performance.now() - startedMs) / 1000,
    end: () => clearTimeout(timer),
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

function abortionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason instanceof SoteriaError ? signal.reason : cutOff(signal.reason));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
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

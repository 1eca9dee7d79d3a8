/**
 * The stream of one viewer: what the feed reports and the viewer may see, as server-sent events. Invariants:
 *  1. Memory is bounded: a viewer that reads too slowly is disconnected, and resumes from its last event when it connects again.
 *  2. A stream ends by itself before Knative's time limit, and at once when the process is being stopped: the browser connects again.
 *  3. A change is sent only after the right to see it is known. When the API server cannot be asked, the stream ends.
 */
import type { Log } from '@soteria/shared/log/log.ts';
import type { Change, OperationFeed, Viewer } from './operation-feed.ts';
import { heartbeat, isAfter, retryAfterEndMs, retryMs, type ServerSent, toBytes } from './server-sent.ts';

export interface StreamLimits {
  readonly heartbeatMs: number;
  /** Shorter than the `timeoutSeconds` of the Knative Service. */
  readonly lifeMs: number;
  /** Bytes that wait for one viewer, beyond what its connection holds. */
  readonly maxWaitingBytes: number;
  /** Changes that wait until the right to see them is known. */
  readonly maxUnseen: number;
}

export const streamLimits: StreamLimits = {
  heartbeatMs: 30_000,
  lifeMs: 540_000,
  maxWaitingBytes: 256 * 1024,
  // More than the feed keeps for a viewer that comes back.
  maxUnseen: 2_000,
};

export interface StreamRequest {
  readonly lastVersion: string | undefined;
  readonly isWanted: (change: Change) => boolean;
  readonly maySee: (namespace: string) => Promise<boolean>;
  /** The present state, sent after `connected` and after each loss of history; left out: the viewer reads it by itself. */
  readonly readNow?: () => Promise<Change | undefined>;
  /** Aborts when the viewer hangs up. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

export interface StreamTools {
  readonly feed: OperationFeed;
  /** Aborts when the process is being stopped. */
  readonly stopping: AbortSignal;
  readonly limits: StreamLimits;
}

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies of the NGINX kind would collect the events otherwise.
  'x-accel-buffering': 'no',
};

type EndReason = 'ended' | 'time-limit' | 'stopping' | 'interrupted';
type Waiting = Change | { readonly resync: string } | 'present-state';

/** Throws when the API server cannot be asked for the version to begin with. */
export async function openStream(tools: StreamTools, request: StreamRequest): Promise<Response> {
  const { feed, stopping, limits } = tools;
  const { lastVersion, isWanted, maySee, readNow, signal, log } = request;
  const waiting: Waiting[] = [];
  let output: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isPumping = true;
  /** Why it ends, decided before it could begin. */
  let endsWith: EndReason | undefined;
  let sentVersion = '';

  function send(bytes: Uint8Array): void {
    if (output === undefined) return;
    output.enqueue(bytes);
    if ((output.desiredSize ?? 0) > 0) return;
    log.warn('viewer_too_slow', { waitingBytes: limits.maxWaitingBytes });
    // An error empties the queue; a close would keep it until the viewer has read it.
    const slow = output;
    close();
    slow.error(new Error('the viewer reads too slowly'));
  }

  function close(): void {
    output = undefined;
    waiting.length = 0;
    clearInterval(beat);
    clearTimeout(life);
    stopping.removeEventListener('abort', stop);
    signal.removeEventListener('abort', close);
    joined.leave();
  }

  function end(reason: EndReason, retry = retryMs): void {
    endsWith = reason;
    send(toBytes({ event: 'end', retry, data: { reason } }));
    const ended = output;
    if (ended === undefined) return;
    close();
    ended.close();
  }

  async function sendChange(change: Change): Promise<void> {
    if (!(await maySee(change.namespace))) return;
    send(change.bytes);
  }

  /** For the stream of one Operation. */
  async function sendState(state: Change | undefined): Promise<void> {
    // The present state may be newer than changes that are reported after it.
    if (state !== undefined && (sentVersion === '' || isAfter(state.version, sentVersion))) {
      sentVersion = state.version;
      await sendChange(state);
    }
    if (state === undefined || state.isLast) end('ended', retryAfterEndMs);
  }

  async function next(one: Waiting): Promise<void> {
    if (typeof one === 'object' && 'resync' in one) send(toBytes({ event: 'resync', id: one.resync, data: {} }));
    if (readNow === undefined) {
      if (typeof one === 'object' && 'bytes' in one) await sendChange(one);
    } else await sendState(typeof one === 'object' && 'bytes' in one ? one : await readNow());
  }

  async function pump(): Promise<void> {
    isPumping = true;
    try {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) await next(one);
    } catch (error) {
      log.error('stream_interrupted', error);
      end('interrupted');
    }
    isPumping = false;
  }

  function put(one: Exclude<Waiting, string>): void {
    if ('bytes' in one && !isWanted(one)) return;
    waiting.push(one);
    if (waiting.length > limits.maxUnseen) end('interrupted');
    else if (!isPumping) void pump();
  }

  const viewer: Viewer = {
    change: put,
    resync: (version) => put({ resync: version }),
    end: () => end('interrupted'),
  };
  const stop = (): void => end('stopping');
  const joined = await feed.join(viewer, lastVersion);
  const beat = setInterval(() => send(heartbeat), limits.heartbeatMs);
  // Viewers that came together do not come back together.
  const life = setTimeout(() => end('time-limit'), limits.lifeMs * (1 - Math.random() / 10));
  stopping.addEventListener('abort', stop);
  signal.addEventListener('abort', close);

  const body = new ReadableStream<Uint8Array>(
    {
      async start(controller) {
        output = controller;
        // A viewer that resumes keeps its own version until it has read what it missed.
        const id = lastVersion === undefined ? joined.version : undefined;
        const connected: ServerSent = { event: 'connected', id, retry: retryMs, data: { version: joined.version } };
        send(toBytes(connected));
        if (signal.aborted) return close();
        if (stopping.aborted) return stop();
        if (endsWith !== undefined) return end(endsWith);
        if (readNow !== undefined) waiting.unshift('present-state');
        await pump();
      },
      cancel: close,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: limits.maxWaitingBytes }),
  );
  return new Response(body, { headers });
}

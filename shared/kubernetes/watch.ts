/**
 * A watch that does not end: it lists, streams, resumes where it was after a broken connection, and lists again when the
 * server has forgotten where that was.
 *
 * Invariants:
 * 1. The resourceVersion resumed from is that of the last event handed out (or of a bookmark after it): nothing is skipped.
 * 2. A `resync` follows every gap in history, before anything else.
 * 3. An abort ends it without an error; a refusal that asking again cannot change is thrown.
 */
import type { IncomingMessage } from 'node:http';
import { toSoteriaError } from '../errors.ts';
import type { Call } from './api-errors.ts';
import { backoffMs } from '../http/backoff.ts';
import type { Page, WatchEvent } from './client.ts';
import type { Exchange } from './exchange.ts';
import { isAborted } from './network-errors.ts';
import { linesOf, readWatchLine } from './watch-lines.ts';

export interface WatchedResource<T> {
  readonly call: Call;
  /** Path and query of a stream that starts after this version. */
  readonly streamPath: (resourceVersion: string, timeoutSeconds: number) => string;
  readonly listPage: (continueToken: string | undefined) => Promise<Page<T>>;
  readonly parse: (wire: unknown) => T;
}

/** The server ends a stream after five to ten minutes; one that outlives that has lost its connection without notice. */
const minStreamSeconds = 300;
const graceMs = 30_000;
/** A stream that lived this long was a success, even without an event. */
const healthyMs = 10_000;

export async function* watchResource<T>(
  exchange: Exchange,
  resource: WatchedResource<T>,
  startVersion: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<WatchEvent<T>> {
  let version = startVersion;
  let failures = 0;
  while (!isAborted(signal)) {
    const openedAt = exchange.now();
    let hasProgressed = false;
    try {
      if (version === undefined) {
        const { objects, resourceVersion } = await listEverything(resource);
        yield { type: 'resync', objects, resourceVersion };
        version = resourceVersion;
      }
      for await (const event of stream(exchange, resource, version, signal)) {
        if (event.type === 'ERROR') {
          if (event.code === 410) version = undefined;
          break;
        }
        hasProgressed = true;
        if (event.type !== 'BOOKMARK') yield { type: eventTypes[event.type], object: resource.parse(event.object) };
        version = event.resourceVersion;
      }
    } catch (thrown) {
      if (isAborted(signal)) return;
      const error = toSoteriaError(thrown);
      if (error.code === 'cluster_expired') version = undefined;
      else if (!error.isRetryable || error.code === 'internal') throw error;
    }
    failures = hasProgressed || exchange.now() - openedAt >= healthyMs ? 0 : failures + 1;
    await pauseUnlessAborted(exchange, resource.call, failures, signal);
  }
}

const eventTypes = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

async function listEverything<T>(resource: WatchedResource<T>): Promise<{ objects: T[]; resourceVersion: string }> {
  const objects: T[] = [];
  let page: Page<T> | undefined;
  do {
    page = await resource.listPage(page?.continueToken);
    objects.push(...page.items);
  } while (page.continueToken !== undefined);
  return { objects, resourceVersion: page.resourceVersion };
}

async function* stream<T>(
  exchange: Exchange,
  resource: WatchedResource<T>,
  version: string,
  signal: AbortSignal | undefined,
) {
  const seconds = Math.round(minStreamSeconds * (1 + exchange.random()));
  const path = resource.streamPath(version, seconds);
  const response = await exchange.open(resource.call, path, signal, seconds * 1000 + graceMs);
  try {
    for await (const line of linesOf(textOf(response))) yield readWatchLine(line);
  } finally {
    response.destroy();
  }
}

/** A connection that breaks ends the text, as the server's own end of the stream does: both are resumed alike. */
async function* textOf(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) yield String(chunk);
  } catch {
    // The caller resumes, or sees that it was an abort.
  }
}

async function pauseUnlessAborted(exchange: Exchange, call: Call, failures: number, signal: AbortSignal | undefined) {
  if (failures === 0 || isAborted(signal)) return;
  const { limits, random } = exchange;
  try {
    await exchange.pause(call, backoffMs(failures, { baseMs: limits.baseMs, capMs: 30_000 }, random), signal);
  } catch (thrown) {
    if (!isAborted(signal)) throw thrown;
  }
}

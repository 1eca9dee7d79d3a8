/** A watch on the in-memory cluster as the endless stream `client.ts` describes. */
import type { WatchEvent, WatchQuery } from '../../kubernetes/client.ts';
import { isRefusal } from './cluster-state.ts';
import type { CollectionPath, RawApi, RawWatchEvent } from './raw-api.ts';
import type { KubernetesObject } from '../../kubernetes/resource-type.ts';
import type { WireObject } from './wire-object.ts';

interface WatchSource {
  readonly api: RawApi;
  readonly path: CollectionPath;
  readonly query: WatchQuery;
  readonly signal: AbortSignal | undefined;
}

const typeOf = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

/** Throws an ApiRefusal for anything but lost history, which it answers with a new list. */
export async function* watchMemory<T extends KubernetesObject>(
  source: WatchSource,
  read: (object: WireObject) => T,
): AsyncGenerator<WatchEvent<T>> {
  const { api, path, signal } = source;
  const { labelSelector, fieldSelector } = source.query;
  const query = { labelSelector, fieldSelector };
  let since = startOf(source.query);
  const isOver = () => signal?.aborted === true;
  while (!isOver()) {
    if (since === undefined) {
      const { items, resourceVersion } = api.list(path, query);
      const objects = source.query.isListed === false ? [] : items.map(read);
      yield { type: 'resync', objects, resourceVersion };
      since = Number(resourceVersion);
    }
    const queue = createEventQueue(signal);
    const stop = startUnlessExpired(() => api.watch(path, query, since ?? 0, queue.push));
    if (stop === undefined) {
      since = undefined;
      continue;
    }
    try {
      for await (const event of queue.events()) yield { type: typeOf[event.type], object: read(event.object) };
    } finally {
      stop();
    }
  }
}

/** `0` and nothing both mean: from whatever is there now. */
function startOf({ resourceVersion = '' }: WatchQuery): number | undefined {
  return resourceVersion === '' || resourceVersion === '0' ? undefined : Number(resourceVersion);
}

function startUnlessExpired<R>(start: () => R): R | undefined {
  try {
    return start();
  } catch (thrown) {
    if (isRefusal(thrown) && thrown.code === 410) return undefined;
    throw thrown;
  }
}

interface EventQueue {
  readonly push: (event: RawWatchEvent) => void;
  /** Ends when the signal aborts. */
  readonly events: () => AsyncGenerator<RawWatchEvent>;
}

function createEventQueue(signal: AbortSignal | undefined): EventQueue {
  const waiting: RawWatchEvent[] = [];
  const isOver = () => signal?.aborted === true;
  let wake: (() => void) | undefined;
  const onAbort = () => wake?.();
  return {
    push(event) {
      waiting.push(event);
      wake?.();
    },
    async *events() {
      signal?.addEventListener('abort', onAbort);
      try {
        while (!isOver()) {
          const event = waiting.shift();
          if (event === undefined) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          } else yield event;
        }
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    },
  };
}

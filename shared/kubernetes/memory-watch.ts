/** A watch on the in-memory cluster as the endless stream `client.ts` describes. */
import type { KubernetesObject } from './resource-type.ts';
import type { WatchEvent, WatchQuery } from './client.ts';
import { isRefusal } from './cluster-state.ts';
import type { CollectionPath, RawApi, RawWatchEvent } from './raw-api.ts';
import type { WireObject } from './wire-object.ts';

interface WatchSource {
  readonly api: RawApi;
  readonly path: CollectionPath;
  readonly query: WatchQuery;
  readonly signal: AbortSignal | undefined;
  /** Refusals as the caller is to see them. */
  readonly explain: (thrown: unknown) => unknown;
}

const typeOf = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

export async function* watchMemory<T extends KubernetesObject>(
  source: WatchSource,
  read: (object: WireObject) => T,
): AsyncGenerator<WatchEvent<T>> {
  const { api, path, signal, explain } = source;
  const { labelSelector, fieldSelector } = source.query;
  const query = { labelSelector, fieldSelector };
  let since = startOf(source.query);
  while (signal?.aborted !== true) {
    if (since === undefined) {
      let list;
      try {
        list = api.list(path, query);
      } catch (thrown) {
        throw explain(thrown);
      }
      yield { type: 'resync', objects: list.items.map(read) };
      since = Number(list.resourceVersion);
    }
    const queue = createEventQueue(signal);
    let stop;
    try {
      stop = api.watch(path, query, since, queue.push);
    } catch (thrown) {
      if (!isRefusal(thrown) || thrown.code !== 410) throw explain(thrown);
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

interface EventQueue {
  push(event: RawWatchEvent): void;
  /** Ends when the signal aborts. */
  events(): AsyncGenerator<RawWatchEvent>;
}

function createEventQueue(signal: AbortSignal | undefined): EventQueue {
  const waiting: RawWatchEvent[] = [];
  let wake = () => {};
  return {
    push(event) {
      waiting.push(event);
      wake();
    },
    async *events() {
      const onAbort = () => wake();
      signal?.addEventListener('abort', onAbort);
      try {
        while (signal?.aborted !== true) {
          const event = waiting.shift();
          if (event !== undefined) {
            yield event;
            continue;
          }
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    },
  };
}

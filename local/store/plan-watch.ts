/** Plans what a watch sends: decided before the answer begins, carried out while it is open. */
import { ApiRefusal, statusOf } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import { groupVersion } from '@soteria/shared/fakes/kubernetes/memory-kinds.ts';
import type { CollectionPath, RawApi, RawWatchEvent } from '@soteria/shared/fakes/kubernetes/raw-api.ts';
import { without, type JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { isTrue, readCount, readRevision, readSelectors } from './read-query.ts';
import { showObject, type Shown } from './represent.ts';

export interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: JsonObject;
}

export interface WatchPlan {
  readonly timeoutSeconds: number;
  readonly hasBookmarks: boolean;
  /** Sends the past changes, then every new change; undefined when no change can follow. */
  readonly start: (send: (line: WatchLine) => void) => (() => void) | undefined;
  /** A bookmark: how far the watch has come. */
  readonly bookmark: () => WatchLine;
}

const maxTimeoutSeconds = 3600;

interface WatchRequest {
  readonly api: RawApi;
  readonly path: CollectionPath;
  readonly query: URLSearchParams;
  readonly present: () => Shown;
  readonly revision: () => number;
}

/** Throws an ApiRefusal when the request cannot be watched. Lost history is an event inside the stream, as on a real server. */
export function planWatch({ api, path, query, present, revision }: WatchRequest): WatchPlan {
  const selectors = readSelectors(query);
  const since = readRevision(query);
  const isInitial = since === undefined || isTrue(query, 'sendInitialEvents');
  api.list(path, { ...selectors, limit: 1 });
  const show = createLineWriter(present);

  function start(send: (line: WatchLine) => void): (() => void) | undefined {
    try {
      if (!isInitial) return api.watch(path, selectors, since, (event) => send(show(event)));
      const list = api.list(path, selectors);
      for (const object of list.items) send(show({ type: 'ADDED', object }));
      if (isTrue(query, 'sendInitialEvents')) send(bookmark({ 'k8s.io/initial-events-end': 'true' }));
      return api.watch(path, selectors, Number(list.resourceVersion), (event) => send(show(event)));
    } catch (thrown) {
      if (!(thrown instanceof ApiRefusal)) throw thrown;
      send({ type: 'ERROR', object: statusOf(thrown) });
      return undefined;
    }
  }

  function bookmark(annotations?: JsonObject): WatchLine {
    const { as, kind, version } = present();
    const metadata = { resourceVersion: String(revision()), ...(annotations === undefined ? {} : { annotations }) };
    const apiVersion = groupVersion(kind.group, version.name);
    const object =
      as === 'table'
        ? { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: null, rows: [] }
        : { kind: kind.kind, apiVersion, metadata };
    return { type: 'BOOKMARK', object };
  }

  const timeoutSeconds = readCount(query, 'timeoutSeconds') || maxTimeoutSeconds;
  return {
    timeoutSeconds: Math.min(timeoutSeconds, maxTimeoutSeconds),
    hasBookmarks: isTrue(query, 'allowWatchBookmarks'),
    start,
    bookmark: () => bookmark(),
  };
}

/** Only the first Table of a stream names its columns; kubectl would print the header again and again otherwise. */
function createLineWriter(present: () => Shown): (event: RawWatchEvent) => WatchLine {
  let hasColumns = false;
  return ({ type, object }) => {
    const shown = present();
    const view = showObject(shown, object);
    if (shown.as !== 'table') return { type, object: view };
    const line = hasColumns ? { ...without(view, 'columnDefinitions'), columnDefinitions: null } : view;
    hasColumns = true;
    return { type, object: line };
  };
}

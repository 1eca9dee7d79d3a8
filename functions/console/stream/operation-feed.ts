/**
 * One watch on the Operations feeds all viewers. Invariants:
 *  1. The watch begins with the first viewer and ends with the last.
 *  2. A viewer that comes back after the version V gets every change after V, or a `resync`: nothing is missing without notice.
 *  3. What is kept for viewers that come back is bounded: the newest changes, by number and by bytes.
 */
import type { KubernetesClient, WatchingClient } from '@soteria/shared/kubernetes/client.ts';
import type { Log } from '@soteria/shared/log/log.ts';
import { claimNameOf } from '@soteria/shared/operation/record/claim-ref.ts';
import { isTerminal, type Operation, operations } from '@soteria/shared/operation/record/schema.ts';
import { deletionOf, isAfter, progressOf, toBytes } from './server-sent.ts';

export interface Change {
  readonly namespace: string;
  readonly name: string;
  readonly pvc: string | undefined;
  /** True: no change of this Operation follows that a viewer needs. */
  readonly isLast: boolean;
  readonly version: string;
  /** Written once, for all viewers. */
  readonly bytes: Uint8Array;
}

export interface Viewer {
  change(change: Change): void;
  /** History is lost up to this version: what the viewer knows may be old. */
  resync(version: string): void;
  /** The watch was refused: the viewer may come back later. */
  end(): void;
}

export interface Joined {
  /** Every later change is delivered. */
  readonly version: string;
  leave(): void;
}

export interface OperationFeed {
  /** `lastVersion`: the viewer knows all changes up to it. Throws when the API server cannot be asked. */
  join(viewer: Viewer, lastVersion?: string): Promise<Joined>;
  readonly viewers: number;
}

export interface FeedOptions {
  readonly client: Pick<KubernetesClient, 'list'>;
  /** Called with the first viewer: nothing that watches is loaded before. */
  readonly watching: () => Promise<Pick<WatchingClient, 'watch'>>;
  readonly log: Log;
  readonly maxKept?: number;
  readonly maxKeptBytes?: number;
}

interface Run {
  readonly stop: AbortController;
  readonly started: Promise<void>;
  /** Viewers that wait for the start. */
  joining: number;
  /** Of the cluster when the watch began; the watch may still be repeating what was before. */
  newest: string;
  /** `kept` holds every change after it. */
  since: string;
  version: string;
  kept: Change[];
  keptBytes: number;
}

export function changeOf(operation: Operation, isDeleted: boolean): Change {
  const { namespace = '', name, resourceVersion } = operation.metadata;
  return {
    namespace,
    name,
    pvc: claimNameOf(operation.spec),
    isLast: isDeleted || isTerminal(operation.status?.phase),
    version: resourceVersion,
    bytes: toBytes(isDeleted ? deletionOf(operation) : progressOf(operation)),
  };
}

export function createOperationFeed(options: FeedOptions): OperationFeed {
  const { client, watching, log, maxKept = 1_000, maxKeptBytes = 1024 * 1024 } = options;
  const viewers = new Set<Viewer>();
  let running: Run | undefined;

  function keep(run: Run, change: Change): void {
    run.version = change.version;
    run.kept.push(change);
    run.keptBytes += change.bytes.length;
    while (run.kept.length > maxKept || run.keptBytes > maxKeptBytes) {
      const oldest = run.kept.shift();
      if (oldest === undefined) break;
      run.since = oldest.version;
      run.keptBytes -= oldest.bytes.length;
    }
  }

  function forget(run: Run, version: string): void {
    Object.assign(run, { since: version, version, kept: [], keptBytes: 0 });
  }

  async function follow(run: Run, resourceVersion: string): Promise<void> {
    try {
      const { watch } = await watching();
      const query = { resourceVersion, isListed: false };
      for await (const event of watch(operations, query, { signal: run.stop.signal })) {
        if (event.type === 'resync') {
          forget(run, event.resourceVersion);
          for (const viewer of viewers) viewer.resync(event.resourceVersion);
          continue;
        }
        const change = changeOf(event.object, event.type === 'deleted');
        keep(run, change);
        for (const viewer of viewers) viewer.change(change);
      }
    } catch (error) {
      log.error('operation_watch_ended', error);
    }
    // Without an abort it ends only by an error.
    if (running !== run) return;
    running = undefined;
    for (const viewer of viewers) viewer.end();
  }

  function start(lastVersion: string | undefined): Run {
    const stop = new AbortController();
    const run: Run = {
      stop,
      started: begin(),
      joining: 0,
      newest: '',
      since: '',
      version: '',
      kept: [],
      keptBytes: 0,
    };
    async function begin(): Promise<void> {
      try {
        const { resourceVersion } = await client.list(operations, { limit: 1 }, { signal: stop.signal });
        run.newest = resourceVersion;
        // The first viewer after a restart resumes where it was. A version that does not exist yet would stop the watch.
        const canResume = lastVersion !== undefined && !isAfter(lastVersion, resourceVersion);
        forget(run, canResume ? lastVersion : resourceVersion);
        void follow(run, run.version);
      } catch (error) {
        if (running === run) running = undefined;
        throw error;
      }
    }
    return run;
  }

  function stopWithoutViewers(run: Run): void {
    if (viewers.size > 0 || run.joining > 0 || running !== run) return;
    running = undefined;
    run.stop.abort();
  }

  async function join(viewer: Viewer, lastVersion?: string): Promise<Joined> {
    const run = (running ??= start(lastVersion));
    run.joining += 1;
    try {
      await run.started;
    } finally {
      run.joining -= 1;
    }
    // The watch was refused meanwhile.
    if (running !== run) return join(viewer, lastVersion);
    viewers.add(viewer);
    const { version } = run;
    if (lastVersion !== undefined) {
      const reached = isAfter(version, run.newest) ? version : run.newest;
      const isKnown = !isAfter(run.since, lastVersion) && !isAfter(lastVersion, reached);
      if (isKnown) for (const change of run.kept) if (isAfter(change.version, lastVersion)) viewer.change(change);
      if (!isKnown) viewer.resync(version);
    }
    const leave = (): void => {
      viewers.delete(viewer);
      if (running !== undefined) stopWithoutViewers(running);
    };
    return { version, leave };
  }

  return {
    join,
    get viewers() {
      return viewers.size;
    },
  };
}

/**
 * A Kubernetes API server's memory without the server: the same objects, versions, conflicts, selectors, pages, watches and
 * deletions. It is the fake behind unit tests and simulations, and the core of the local store. Nothing in it waits: state changes
 * inside the call, and there is no timer.
 *
 * Not done here: RBAC, owner-reference garbage collection, admission policies, schema validation, server-side apply.
 */
import { builtInKinds } from './builtin-kinds.ts';
import type { WatchingClient } from '../../kubernetes/client.ts';
import { createClusterClock, type ClockOptions } from './cluster-clock.ts';
import { createClusterState, type Commit } from './cluster-state.ts';
import { isCustomResourceDefinition, kindOfDefinition } from './custom-kinds.ts';
import { createAdmission, type AdmissionHook } from './memory-admission.ts';
import { createMemoryClient } from './memory-client.ts';
import type { KindDefinition } from './memory-kinds.ts';
import { findObject, readList, readObject, watchFrom } from './memory-reads.ts';
import { createRemoval } from './memory-removal.ts';
import { createWrites } from './memory-writes.ts';
import type { RawApi } from './raw-api.ts';
import { asObject, copyJson, type JsonObject, type WireObject } from './wire-object.ts';
import { seedObject } from './seed-object.ts';

export interface MemoryClusterOptions extends ClockOptions {
  /** Kinds beside the built-in ones that exist from the start; CustomResourceDefinitions add theirs when they are created. */
  readonly kinds?: readonly KindDefinition[];
  /** Namespaces beside `default` and `kube-system` that exist from the start. */
  readonly namespaces?: readonly string[];
  /** Changes per kind that watches and pages can go back; 10 000 when left out. */
  readonly historyLimit?: number;
}

export interface ClusterSnapshot {
  readonly format: 1;
  readonly revision: number;
  /** In the order in which they are loaded: definitions of kinds first. */
  readonly objects: readonly Commit[];
}

export interface MemoryCluster {
  readonly client: WatchingClient;
  readonly api: RawApi;
  readonly revision: number;
  kinds(): readonly KindDefinition[];
  register(kind: KindDefinition): void;
  /** Stands where a real cluster calls admission webhooks; returns how to remove it. */
  onAdmit(resource: { readonly group: string; readonly plural: string }, hook: AdmissionHook): () => void;
  /** Called inside every stored change, before the caller is answered; returns how to remove it. */
  onCommit(listener: (commit: Commit) => void): () => void;
  /** Puts objects in place as they are given, status included, past all rules; makes their namespaces. For tests and samples. */
  seed(...objects: readonly JsonObject[]): void;
  snapshot(): ClusterSnapshot;
  /** Replaces everything; watches that are open then never hear again. */
  load(snapshot: ClusterSnapshot): void;
  /** Repeats a change another cluster reported to `onCommit`. */
  replay(commit: Commit): void;
  /** A watch or page that would start before now is answered 410; watches that are open go on. */
  forgetHistory(): void;
}

export function createMemoryCluster(options: MemoryClusterOptions = {}): MemoryCluster {
  const clock = createClusterClock(options);
  const state = createClusterState(options.historyLimit ?? 10_000);
  const admission = createAdmission();
  const removal = createRemoval({ state, admission, clock });
  const writes = createWrites({ state, admission, clock, removal });
  const startingKinds = [...builtInKinds, ...(options.kinds ?? [])];
  const api: RawApi = {
    get: (path) => readObject(state, path),
    find: (path) => findObject(state, path),
    list: (path, query) => readList(state, path, query),
    watch: (path, query, since, deliver) => watchFrom(state, path, query, since, deliver),
    ...writes,
  };

  function replay(commit: Commit): void {
    const isDefinition = isCustomResourceDefinition({ ...commit, kind: '' });
    if (isDefinition && commit.object !== null) state.register(kindOfDefinition(commit.object));
    const previous = isDefinition && commit.object === null ? definitionAt(commit.key) : undefined;
    if (commit.object !== null) clock.noticeUid(commit.object.metadata.uid);
    state.replay(commit);
    if (previous !== undefined) state.unregister(kindOfDefinition(previous));
  }

  function definitionAt(key: string): WireObject | undefined {
    const kind = state.kinds().find(isCustomResourceDefinition);
    return kind === undefined ? undefined : state.tableOf(kind).get(key);
  }

  const cluster: MemoryCluster = {
    client: createMemoryClient(api),
    api,
    get revision() {
      return state.revision;
    },
    kinds: () => state.kinds(),
    register(kind) {
      startingKinds.push(kind);
      state.register(kind);
    },
    onAdmit: (resource, hook) => admission.add(resource, hook),
    onCommit: (listener) => state.onCommit(listener),
    seed(...objects) {
      for (const object of objects) seedObject(state, clock, asObject(copyJson(object)));
    },
    snapshot() {
      const kinds = state.kinds().filter((kind) => kind.refusal === undefined);
      const definitionsFirst = kinds.sort(
        (a, b) => Number(isCustomResourceDefinition(b)) - Number(isCustomResourceDefinition(a)),
      );
      const objects = definitionsFirst.flatMap((kind) =>
        [...state.tableOf(kind).scan('')].map(([key, object]) => ({
          revision: Number(object.metadata.resourceVersion),
          group: kind.group,
          plural: kind.plural,
          key,
          object,
        })),
      );
      return { format: 1, revision: state.revision, objects };
    },
    load(snapshot) {
      state.reset(startingKinds);
      for (const commit of snapshot.objects) replay(commit);
      state.skipTo(snapshot.revision);
      state.forgetHistory();
    },
    replay,
    forgetHistory: () => state.forgetHistory(),
  };

  state.reset(startingKinds);
  for (const name of ['default', 'kube-system', ...(options.namespaces ?? [])]) {
    writes.create({ group: '', version: 'v1', plural: 'namespaces' }, { metadata: { name } });
  }
  return cluster;
}
